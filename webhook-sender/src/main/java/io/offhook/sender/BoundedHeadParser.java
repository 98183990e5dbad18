package io.offhook.sender;

import java.io.IOException;

import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.nio.NHttpMessageParser;
import org.apache.hc.core5.http.nio.SessionInputBuffer;

/**
 * Bounds a response's head as a whole. The library bounds each line and the number of lines, whose product a hostile receiver could
 * make us hold once per request in flight.
 */
final class BoundedHeadParser implements NHttpMessageParser<HttpResponse> {

    /** Servers themselves accept 8 to 64 KiB of head. */
    static final int MAX_HEAD = 64 * 1024;

    private final NHttpMessageParser<HttpResponse> parser;
    private int consumed;

    BoundedHeadParser(NHttpMessageParser<HttpResponse> parser) {
        this.parser = parser;
    }

    @Override
    public HttpResponse parse(SessionInputBuffer buffer, boolean endOfStream) throws IOException, HttpException {
        int before = buffer.length();
        HttpResponse head = parser.parse(buffer, endOfStream);
        consumed += before - buffer.length();
        if (consumed > MAX_HEAD) {
            throw new MessageConstraintException("response head over " + MAX_HEAD + " bytes");
        }
        return head;
    }

    @Override
    public void reset() {
        consumed = 0;
        parser.reset();
    }
}

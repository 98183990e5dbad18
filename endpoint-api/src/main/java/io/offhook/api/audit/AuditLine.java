package io.offhook.api.audit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

import io.offhook.runtime.events.ReadRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Writes a record as one line of JSON. Used by one thread at a time. */
final class AuditLine {

    private static final int TYPICAL_BYTES = 2_048;

    private final JsonFactory json = new JsonFactory();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(TYPICAL_BYTES);

    void write(ReadRecord read, OutputStream out) throws IOException {
        line.reset();
        try (JsonGenerator to = json.createGenerator(ObjectWriteContext.empty(), line, JsonEncoding.UTF8)) {
            write(read, to);
        }
        line.write('\n');
        line.writeTo(out);
    }

    private void write(ReadRecord read, JsonGenerator to) {
        ConsumerRecord<byte[], byte[]> record = read.record();
        to.writeStartObject();
        to.writeStringProperty("topic", record.topic());
        to.writeNumberProperty("partition", record.partition());
        to.writeNumberProperty("offset", record.offset());
        to.writeStringProperty("append_time", Instant.ofEpochMilli(record.timestamp()).toString());
        to.writeBooleanProperty("duplicate", read.duplicate());
        to.writeName("key");
        writeText(record.key(), to);
        to.writeObjectPropertyStart("headers");
        for (Header header : record.headers()) {
            // Of a name that is there twice the last counts, for those who deliver too; JSON has room for one.
            if (header == record.headers().lastHeader(header.key())) {
                to.writeName(header.key());
                writeText(header.value(), to);
            }
        }
        to.writeEndObject();
        writeBody(record.value(), to);
        to.writeEndObject();
    }

    /** Somebody else's record may hold anything: what is no JSON value comes as base64, under a name of its own. */
    private void writeBody(byte[] body, JsonGenerator to) {
        to.writeName("body");
        if (body == null || !isJson(body)) {
            to.writeNull();
            if (body != null) {
                to.writeName("body_base64");
                to.writeBinary(body);
            }
        } else {
            // Its own bytes. Within a string a line break is escaped; outside of one it means nothing, and would end the line here.
            to.writeRawValue(new String(body, StandardCharsets.UTF_8).replace('\n', ' ').replace('\r', ' '));
        }
    }

    private boolean isJson(byte[] body) {
        try (JsonParser in = json.createParser(ObjectReadContext.empty(), body)) {
            if (in.nextToken() == null) {
                return false;
            }
            in.skipChildren();
            return in.nextToken() == null;
        } catch (JacksonException e) {
            return false;
        }
    }

    /** Bytes that are no UTF-8 show as U+FFFD. */
    private static void writeText(byte[] text, JsonGenerator to) {
        if (text == null) {
            to.writeNull();
        } else {
            to.writeString(new String(text, StandardCharsets.UTF_8));
        }
    }
}

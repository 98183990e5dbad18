package io.offhook.api.idempotency;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;
import java.util.Optional;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;

/** A request whose body can be looked at before its handler reads it. */
final class RepeatableRequest extends HttpServletRequestWrapper {

    private byte[] begin;

    RepeatableRequest(HttpServletRequest request) {
        super(request);
    }

    /** @return the body; empty when it is longer than {@code max} bytes */
    Optional<byte[]> body(int max) throws IOException {
        begin = super.getInputStream().readNBytes(max + 1);
        return begin.length > max ? Optional.empty() : Optional.of(begin.clone());
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
        if (begin == null) {
            return super.getInputStream();
        }
        byte[] read = begin;
        begin = Arrays.copyOf(begin, 0);
        return new Body(new SequenceInputStream(new ByteArrayInputStream(read), super.getInputStream()));
    }

    private static final class Body extends ServletInputStream {

        private final InputStream bytes;
        private boolean ended;

        Body(InputStream bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read() throws IOException {
            int next = bytes.read();
            ended = next < 0;
            return next;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int read = bytes.read(target, offset, length);
            ended = read < 0;
            return read;
        }

        @Override
        public boolean isFinished() { return ended; }

        @Override
        public boolean isReady() { return true; }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new IllegalStateException("the body is read by the thread that serves the request");
        }
    }
}

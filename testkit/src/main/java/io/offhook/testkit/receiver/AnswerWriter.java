package io.offhook.testkit.receiver;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * Puts answers on the wire, byte by byte where they break the rules of HTTP. One per connection, on its event loop.
 *
 * @param context of a handler behind which nothing encodes, so that bytes go out as they are
 */
record AnswerWriter(ChannelHandlerContext context) {
    private static final long DRIP_LENGTH = 1_000_000_000;
    private static final byte[] ZEROS = new byte[64 * 1024];
    private static final byte[] ZIPPED_MEBIBYTE = zippedMebibyte();

    /**
     * Writes one answer.
     *
     * @param keepAlive whether the connection is kept after a complete response
     * @param done run when the answer is complete; never for one that hangs
     */
    void write(Answer answer, boolean keepAlive, Runnable done) {
        switch (answer) {
            case Answer.Response response -> respond(response, keepAlive, done);
            case Answer.Delayed(var delay, var then) -> channel().eventLoop()
                    .schedule(() -> write(then, keepAlive, done), delay.toMillis(), TimeUnit.MILLISECONDS);
            case Answer.Hang(var stage) -> hang(stage);
            case Answer.Drip(var interval) -> {
                send("HTTP/1.1 200 OK\r\ncontent-length: " + DRIP_LENGTH + "\r\n\r\n");
                drip(interval.toMillis());
            }
            case Answer.Huge(var bytes) -> {
                send("HTTP/1.1 200 OK\r\ncontent-length: " + bytes + "\r\n\r\n");
                sendZeros(bytes, keepAlive, done);
            }
            case Answer.GzipBomb(var mebibytes) -> bomb(mebibytes, keepAlive, done);
            case Answer.HangUp(var how) -> hangUp(how);
        }
    }

    private void respond(Answer.Response response, boolean keepAlive, Runnable done) {
        StringBuilder head = new StringBuilder(128).append("HTTP/1.1 ")
                .append(HttpResponseStatus.valueOf(response.status())).append("\r\n");
        response.headers().forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        if (response.status() != 204 && response.status() != 304) {
            head.append("content-length: ").append(response.body().length).append("\r\n");
        }
        if (!keepAlive) {
            head.append("connection: close\r\n");
        }
        byte[] headBytes = head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
        finish(context.writeAndFlush(Unpooled.wrappedBuffer(headBytes, response.body())), keepAlive, done);
    }

    private void hang(Answer.Hang.Stage stage) {
        switch (stage) {
            case BEFORE -> {
                // Nothing is sent; the connection stays open until the client has had enough.
            }
            case HEADERS -> send("HTTP/1.1 200 OK\r\ncontent-ty");
            case BODY -> send("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n0123456789");
        }
    }

    private void drip(long intervalMillis) {
        if (channel().isActive()) {
            // A client that stops reading must not make a queue grow here.
            if (channel().isWritable()) {
                send(".");
            }
            channel().eventLoop().schedule(() -> drip(intervalMillis), intervalMillis, TimeUnit.MILLISECONDS);
        }
    }

    /** The next piece goes out when the last one has, so that a slow reader costs no memory here. */
    private void sendZeros(long left, boolean keepAlive, Runnable done) {
        int size = (int) Math.min(left, ZEROS.length);
        ChannelFuture sent = context.writeAndFlush(Unpooled.wrappedBuffer(ZEROS, 0, size));
        if (left <= ZEROS.length) {
            finish(sent, keepAlive, done);
        } else {
            sent.addListener(result -> {
                if (result.isSuccess()) {
                    sendZeros(left - size, keepAlive, done);
                }
            });
        }
    }

    private void bomb(int mebibytes, boolean keepAlive, Runnable done) {
        // Members may follow each other (RFC 1952, section 2.2), so one is enough whatever the size.
        ByteBuf body = Unpooled.wrappedBuffer(mebibytes,
                Collections.nCopies(mebibytes, ZIPPED_MEBIBYTE).toArray(byte[][]::new));
        send("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: " + body.readableBytes() + "\r\n\r\n");
        finish(context.writeAndFlush(body), keepAlive, done);
    }

    private void hangUp(Answer.HangUp.How how) {
        switch (how) {
            case RESET, RESET_EARLY -> reset(channel());
            case CLOSE -> channel().close();
            case GARBAGE -> context.writeAndFlush(text("\u0000\u0001SSH-2.0-OpenSSH_9.2\r\nthis is no HTTP\n"))
                    .addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** Closes with a TCP RST: that is what a linger time of 0 means. TLS gets no chance to say goodbye. */
    static void reset(Channel channel) {
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        channel.unsafe().close(channel.voidPromise());
    }

    private void finish(ChannelFuture written, boolean keepAlive, Runnable done) {
        written.addListener(result -> done.run());
        if (!keepAlive) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    private void send(String text) {
        context.writeAndFlush(text(text));
    }

    private static ByteBuf text(String text) {
        return Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private Channel channel() {
        return context.channel();
    }

    private static byte[] zippedMebibyte() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            for (int i = 0; i < 1024 * 1024 / ZEROS.length; i++) {
                gzip.write(ZEROS);
            }
        } catch (IOException e) {
            // Memory does not fail to be written.
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}

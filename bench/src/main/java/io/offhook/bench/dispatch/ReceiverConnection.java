package io.offhook.bench.dispatch;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;

/** One connection of a receiver: finds the end of each request, and answers it. Understands what clients that behave send, no more. */
final class ReceiverConnection extends ByteToMessageDecoder {

    static final int MAX_REQUEST = 64 * 1024;
    private static final byte[] CONTENT_LENGTH = "content-length:".getBytes(StandardCharsets.US_ASCII);
    private static final ByteBuf OK = answer("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    private static final ByteBuf DRIPPING = answer("HTTP/1.1 200 OK\r\ncontent-length: 3600\r\n\r\n");
    private static final ByteBuf DROP = answer("-");

    private final Receivers receivers;
    private final Receivers.Door door;
    private final byte[] scratch;

    /** @param scratch shared by the connections of one thread */
    ReceiverConnection(Receivers receivers, Receivers.Door door, byte[] scratch) {
        this.receivers = receivers;
        this.door = door;
        this.scratch = scratch;
    }

    private static ByteBuf answer(String text) {
        ByteBuf bytes = Unpooled.directBuffer(text.length());
        bytes.writeCharSequence(text, StandardCharsets.US_ASCII);
        return Unpooled.unreleasableBuffer(bytes.asReadOnly());
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        int readable = in.readableBytes();
        if (readable > MAX_REQUEST) {
            throw new IllegalStateException("a request of " + readable + " bytes (expected: " + MAX_REQUEST + ")");
        }
        in.getBytes(in.readerIndex(), scratch, 0, readable);
        int length = 0;
        for (int i = 0; i + 2 < readable; i++) {
            if (scratch[i] != '\n') {
                continue;
            }
            if (scratch[i + 1] == '\r') {
                // The empty line: i is the end of the last header.
                int body = i + 3;
                if (body + length <= readable) {
                    in.skipBytes(body + length);
                    request(context, body, length);
                }
                return;
            }
            if (isContentLength(i + 1, readable)) {
                length = number(i + 1 + CONTENT_LENGTH.length, readable);
            }
        }
    }

    private boolean isContentLength(int at, int end) {
        if (at + CONTENT_LENGTH.length > end) {
            return false;
        }
        for (int i = 0; i < CONTENT_LENGTH.length; i++) {
            byte b = scratch[at + i];
            if ((b >= 'A' && b <= 'Z' ? b + 32 : b) != CONTENT_LENGTH[i]) {
                return false;
            }
        }
        return true;
    }

    private int number(int at, int end) {
        int number = 0;
        for (int i = at; i < end && scratch[i] != '\r'; i++) {
            if (scratch[i] != ' ') {
                number = number * 10 + scratch[i] - '0';
            }
        }
        return number;
    }

    private void request(ChannelHandlerContext context, int at, int length) {
        Fault fault = door.fault;
        if (fault == Fault.DRIP) {
            context.writeAndFlush(DRIPPING.duplicate());
            drip(context);
        }
        if (fault != null) {
            return;
        }
        receivers.arrived(door, scratch, at, length);
        long delay = receivers.delayMillis();
        if (delay == 0) {
            answer(context);
        } else {
            context.executor().schedule(() -> answer(context), delay, TimeUnit.MILLISECONDS);
        }
    }

    private void answer(ChannelHandlerContext context) {
        receivers.answered(door);
        context.writeAndFlush(OK.duplicate(), context.voidPromise());
    }

    private void drip(ChannelHandlerContext context) {
        context.executor().schedule(() -> {
            if (context.channel().isActive()) {
                context.writeAndFlush(DROP.duplicate());
                drip(context);
            }
        }, 1, TimeUnit.SECONDS);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // Clients that are killed reset their connections.
        context.close();
    }
}

package io.offhook.testkit.freeswitch;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.SplittableRandom;

/** The sending side of one socket: writes whole or in seeded pieces, and cuts the connection at a given byte. Not thread-safe but for close. */
final class Wire {
    private final SocketChannel channel;
    private volatile SplittableRandom pieces;
    private volatile int longestPiece;
    private volatile long cutAfter = Long.MAX_VALUE;
    private volatile CutMode cutMode = CutMode.EOF;
    private volatile boolean killed;

    Wire(SocketChannel channel) {
        this.channel = channel;
    }

    /** From now on write pieces of 1 to {@code longest} bytes, each its own TCP segment as far as the kernel allows. */
    void split(long seed, int longest) {
        longestPiece = longest;
        pieces = new SplittableRandom(seed);
    }

    void cutAfter(long bytes, CutMode mode) {
        cutMode = mode;
        cutAfter = bytes;
    }

    /** Makes a write that is under way stop where it is: the rest of its frame is never sent. */
    void kill() {
        killed = true;
    }

    boolean killed() {
        return killed;
    }

    /** Returns whether everything was sent; a kill leaves the rest out. */
    boolean write(byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        // On a virtual thread a write returns after what the socket took, so that a kill finds the place within the frame.
        while (buffer.position() < bytes.length && !killed) {
            SplittableRandom random = pieces;
            int piece = random == null ? bytes.length : 1 + random.nextInt(longestPiece);
            long left = cutAfter; // a cut that is asked for during a write counts from the next one
            long allowed = Math.min(Math.min(piece, left), bytes.length - buffer.position());
            buffer.limit(buffer.position() + (int) allowed);
            int written = channel.write(buffer);
            if (left != Long.MAX_VALUE) {
                cutAfter = left - written;
                if (left == written) {
                    close(cutMode);
                    throw new IOException("cut on demand");
                }
            }
        }
        return buffer.position() == bytes.length;
    }

    /** The last words to a killed listener, behind whatever part of a frame has gone out. */
    void writeLast(byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    void close(CutMode mode) {
        try {
            if (mode == CutMode.RST) {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            } else if (channel.isConnected()) {
                channel.shutdownOutput();
            }
        } catch (IOException e) {
            // The peer was faster; closing is all that is left.
        }
        try {
            channel.close();
        } catch (IOException e) {
            // Closed is what it should be.
        }
    }
}

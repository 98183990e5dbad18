package io.offhook.testkit.freeswitch;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/** One client: a virtual thread that reads commands and one that writes events, with a bounded queue between core and writer. */
final class EslConnection {
    private static final byte[] GOODBYE = notice(
            "Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n");
    private static final byte[] KILLED = notice("killed listener because of lost events\n");
    /** Marks the end: the connection closes when the writer comes to it. */
    private static final Outgoing END = format -> new byte[0];
    private static final int BATCH = 1 << 16;
    /** FreeSWITCH gives a socket 60000 tries of 10 ms (switch_apr.c:762). */
    private static final long KILL_PATIENCE_SECONDS = 600;

    private final SocketChannel channel;
    private final SwitchOptions options;
    private final Dispatcher dispatcher;
    private final EslSession session;
    private final Wire wire;
    private final Gate gate = new Gate();
    private final ReentrantLock writing = new ReentrantLock();
    private final ArrayBlockingQueue<Outgoing> queue;
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicLong lost = new AtomicLong();
    private int missedInARow;

    EslConnection(SocketChannel channel, SwitchOptions options, Dispatcher dispatcher, EslSession session) {
        this.channel = channel;
        this.options = options;
        this.dispatcher = dispatcher;
        this.session = session;
        this.wire = new Wire(channel);
        this.queue = new ArrayBlockingQueue<>(options.queueLength());
    }

    static byte[] notice(String text) {
        return ("Content-Type: text/disconnect-notice\nContent-Length: " + text.length() + "\n\n" + text)
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Serves the client until the connection ends; to be run on a virtual thread of its own. */
    void serve(Runnable onEnd) {
        Thread writer = Thread.ofVirtual().name("esl-writer").unstarted(this::writeEvents);
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            if (options.sendBuffer() > 0) {
                channel.setOption(StandardSocketOptions.SO_SNDBUF, options.sendBuffer());
            }
            String source = ((InetSocketAddress) channel.getRemoteAddress()).getAddress().getHostAddress();
            if (options.deniedAddresses().contains(source)) {
                wire.write("Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n"
                        .getBytes(StandardCharsets.US_ASCII));
                wire.write(GOODBYE);
                return;
            }
            send("Content-Type: auth/request\n\n".getBytes(StandardCharsets.US_ASCII));
            writer.start();
            read();
        } catch (IOException | IllegalArgumentException e) {
            // The client went away, was cut off, or sends what is no command: for FreeSWITCH too that is the end of the connection.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close(CutMode.EOF);
            writer.interrupt();
            onEnd.run();
        }
    }

    private void read() throws IOException, InterruptedException {
        CommandReader commands = new CommandReader();
        ByteBuffer buffer = ByteBuffer.allocate(8192);
        while (channel.read(buffer) >= 0) {
            gate.awaitReading();
            buffer.flip();
            while (buffer.hasRemaining()) {
                CommandReader.Command command = commands.accept(buffer.get());
                if (command != null && !answer(command)) {
                    return;
                }
            }
            buffer.clear();
            gate.partialCommand(commands.partial());
        }
    }

    /** Events wait while a command runs, as FreeSWITCH runs it in the thread that also sends. */
    private boolean answer(CommandReader.Command command) throws IOException {
        writing.lock();
        try {
            EslSession.Reply reply = session.handle(command, this);
            wire.write(reply.bytes());
            if (reply.goodbye()) {
                wire.write(GOODBYE);
                return false;
            }
        } finally {
            writing.unlock();
        }
        session.afterReply(command);
        return true;
    }

    private void send(byte[] bytes) throws IOException {
        writing.lock();
        try {
            wire.write(bytes);
        } finally {
            writing.unlock();
        }
    }

    private void writeEvents() {
        try {
            while (true) {
                Outgoing next = queue.take();
                gate.awaitWriting();
                if (!writeBatch(next)) {
                    break;
                }
            }
        } catch (InterruptedException | IOException e) {
            // The connection ends; what waits in the queue is lost, as it is in FreeSWITCH.
        } finally {
            close(CutMode.EOF);
        }
    }

    private boolean writeBatch(Outgoing first) throws IOException {
        writing.lock();
        try {
            ByteSink batch = new ByteSink(BATCH);
            Outgoing next = first;
            while (next != null && next != END) {
                batch.add(next.frame(session.subscription().format()));
                next = batch.size() < BATCH ? queue.poll() : null;
            }
            boolean whole = wire.write(batch.toBytes());
            if (wire.killed()) {
                sendKilled(whole);
                return false;
            }
            return next != END;
        } finally {
            writing.unlock();
        }
    }

    /**
     * The notice stands within a frame, as it did when it was measured (s28b): a kernel that took the whole batch at once gets a
     * part of the next frame before it.
     */
    private void sendKilled(boolean betweenFrames) throws IOException {
        Outgoing next = betweenFrames ? queue.poll() : null;
        if (next != null) {
            byte[] frame = next.frame(session.subscription().format());
            wire.writeLast(Arrays.copyOf(frame, frame.length / 2));
        }
        wire.writeLast(KILLED);
    }

    /** Queues a frame; called under the lock of the dispatcher, so that there is one caller at a time. */
    void offer(Outgoing frame) {
        if (queue.offer(frame)) {
            missedInARow = 0;
        } else {
            lost.incrementAndGet();
            if (++missedInARow > options.maxMissed()) {
                killAndWait();
            }
        }
    }

    private void killAndWait() {
        wire.kill();
        gate.openForGood();
        try {
            boolean gone = closed.await(KILL_PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (!gone) {
                close(CutMode.RST);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Says goodbye after everything that is queued, then closes. */
    void finish(byte[] lastFrame) {
        if (!queue.offer(format -> lastFrame) || !queue.offer(END)) {
            close(CutMode.EOF);
        }
    }

    /** No authentication in time: notice and end. */
    void authenticationTimedOut() {
        if (!session.authenticated()) {
            try {
                send(GOODBYE);
            } catch (IOException e) {
                // Gone already.
            }
            close(CutMode.EOF);
        }
    }

    void close(CutMode mode) {
        if (closing.compareAndSet(false, true)) {
            dispatcher.remove(this);
            wire.close(mode);
            gate.openForGood();
            closed.countDown();
        }
    }

    boolean isClosing() { return closing.get(); }

    Gate gate() {
        return gate;
    }

    Wire wire() {
        return wire;
    }

    Subscription subscription() {
        return session.subscription();
    }

    EventFilters filters() {
        return session.filters();
    }

    boolean authenticated() {
        return session.authenticated();
    }

    long lostEvents() {
        return lost.get();
    }
}

package io.offhook.testkit.freeswitch;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * mod_json_cdr's way of posting: one connection a try, again after each failure, at last into a file that nobody sends again. Each leg
 * has a thread of its own, as a session has.
 */
final class CdrPoster {
    private final CdrOptions options;
    private final Set<Thread> active = ConcurrentHashMap.newKeySet();
    private final AtomicInteger url = new AtomicInteger();
    private final AtomicLong posted = new AtomicLong();
    private volatile long life;

    CdrPoster(CdrOptions options) {
        this.options = options;
    }

    boolean encodeValues() {
        return options.encodeValues();
    }

    /** CDRs that were answered with a 2xx. */
    long posted() {
        return posted.get();
    }

    /**
     * Posts a CDR once {@code turn} has come.
     *
     * @param sent done when the first try has been written, or has failed
     * @param done run when the CDR is with the receiver, in its file, or lost; never when the core died before
     */
    void post(String uuid, Supplier<byte[]> json, CompletableFuture<Void> turn, CompletableFuture<Void> sent,
            Runnable done) {
        long began = life;
        Thread thread = Thread.ofVirtual().name("cdr-" + uuid).unstarted(() -> {
            try {
                turn.join();
                report(uuid, json.get(), began, sent);
            } finally {
                sent.complete(null);
                active.remove(Thread.currentThread());
            }
            if (began == life) {
                done.run();
            }
        });
        active.add(thread);
        thread.start();
    }

    /** The process dies: what is being posted stops where it is, and goes into no file. */
    void die() {
        life++;
        active.forEach(Thread::interrupt);
    }

    private void report(String uuid, byte[] json, long began, CompletableFuture<Void> sent) {
        byte[] body = encode(json);
        for (int i = 0; i <= options.retries() && began == life; i++) {
            if (i > 0 && !pause()) {
                return;
            }
            URI target = options.urls().get(Math.floorMod(url.get(), options.urls().size()));
            if (attempt(target, uuid, body, sent)) {
                posted.incrementAndGet();
                return;
            }
            sent.complete(null);
            url.incrementAndGet();
        }
        if (began == life) {
            options.errLogDir().ifPresent(folder -> spool(folder.resolve(uuid + ".cdr.json"), body));
        }
    }

    private boolean pause() {
        try {
            TimeUnit.NANOSECONDS.sleep(options.delay().toNanos());
            return true;
        } catch (InterruptedException e) {
            // The core died; nobody waits for this leg.
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private byte[] encode(byte[] json) {
        ByteSink sink = new ByteSink(json.length * 2);
        switch (options.encoding()) {
            case RAW -> sink.add(json);
            case BASE64 -> {
                sink.add("cdr=");
                sink.add(Base64.getEncoder().encode(json));
            }
            case FORM -> {
                sink.add("cdr=");
                PlainEncoder.part(json, sink);
            }
        }
        return sink.toBytes();
    }

    /** Any failure is like any other: what cannot be connected, read or understood is tried again. */
    private boolean attempt(URI target, String uuid, byte[] body, CompletableFuture<Void> sent) {
        long deadline = System.nanoTime() + options.timeout().toNanos();
        try (Socket socket = new Socket()) {
            int port = target.getPort() < 0 ? 80 : target.getPort();
            socket.connect(new InetSocketAddress(target.getHost(), port), left(deadline));
            socket.getOutputStream().write(head(target, uuid, body.length));
            socket.getOutputStream().write(body);
            socket.getOutputStream().flush();
            sent.complete(null);
            return status(socket, deadline) / 100 == 2;
        } catch (IOException e) {
            return false;
        }
    }

    /** Milliseconds for a socket's time-out, 0 for none. */
    private int left(long deadline) throws SocketTimeoutException {
        if (options.timeout().isZero()) {
            return 0;
        }
        long millis = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
        if (millis <= 0) {
            throw new SocketTimeoutException("no answer within " + options.timeout());
        }
        return (int) Math.min(millis, Integer.MAX_VALUE);
    }

    private byte[] head(URI target, String uuid, int length) {
        String query = target.getRawQuery() == null ? "" : "?" + target.getRawQuery();
        String path = target.getRawPath().isEmpty() ? "/" : target.getRawPath();
        // "?uuid=" is put behind whatever stands there, also behind another "?".
        String head = "POST " + path + query + "?uuid=" + uuid + " HTTP/1.1\r\nHost: " + target.getAuthority() + "\r\n"
                + authorization() + "User-Agent: freeswitch-json/1.0\r\nAccept: */*\r\nContent-Type: "
                + options.encoding().contentType() + "\r\nContent-Length: " + length + "\r\n\r\n";
        return head.getBytes(StandardCharsets.US_ASCII);
    }

    private String authorization() {
        byte[] credentials = (options.user() + ":" + options.password()).getBytes(StandardCharsets.UTF_8);
        return options.user().isEmpty()
                ? ""
                : "Authorization: Basic " + Base64.getEncoder().encodeToString(credentials) + "\r\n";
    }

    private int status(Socket socket, long deadline) throws IOException {
        InputStream in = new BufferedInputStream(socket.getInputStream());
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            socket.setSoTimeout(left(deadline));
            int octet = in.read();
            if (octet < 0 || head.length() > 64 * 1024) {
                throw new IOException("no answer: " + head.length() + " bytes of a head");
            }
            head.append((char) octet);
        }
        String[] line = head.substring(0, head.indexOf("\r\n")).split(" ");
        return line.length > 1 && line[1].matches("\\d{3}") ? Integer.parseInt(line[1]) : 0;
    }

    /** A later CDR of the same uuid replaces an earlier one, as after a recovery. */
    private void spool(Path file, byte[] body) {
        boolean form = options.encoding() != CdrEncoding.RAW;
        ByteSink sink = new ByteSink(body.length + 1);
        sink.add(form
                ? new String(body, StandardCharsets.US_ASCII).substring("cdr=".length()).getBytes(
                        StandardCharsets.US_ASCII)
                : body);
        sink.add('\n');
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, sink.toBytes());
        } catch (IOException e) {
            // The CDR is lost, as it is there; whoever looks for it shall know why.
            System.err.println("cannot write " + file + ": " + e);
        }
    }
}

package io.offhook.ingestor.cdr;

import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Posts error files to an ingestor, four at a time. A file whose CDR was taken is set aside, all others stay, so that a run that was
 * broken off is simply begun again; what was posted twice is a copy to the ingestor.
 */
final class CdrRepost {

    private static final int AT_ONCE = 4;
    private static final int TRIES = 4;
    /** Files in a row that found nobody at home: the rest would not either. */
    private static final int GIVE_UP_AFTER = 5;
    private static final int PROGRESS_EVERY = 100;
    private static final int REASON_CHARS = 300;
    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    private final Path folder;
    private final URI url;
    private final CdrCredentials credentials;
    private final long firstPauseMillis;
    private final PrintStream out;
    private final PrintStream err;
    private int taken;
    private int left;
    private int unansweredInARow;
    private String stopReason;

    /** @param firstPause before the second try of a file; doubles up to the fourth and last */
    CdrRepost(Path folder, URI url, CdrCredentials credentials, Duration firstPause, PrintStream out,
            PrintStream err) {
        this.folder = folder;
        this.url = url;
        this.credentials = credentials;
        this.firstPauseMillis = firstPause.toMillis();
        this.out = out;
        this.err = err;
    }

    /** What became of one file. */
    private enum Outcome {
        TAKEN, REFUSED, UNANSWERED, LOCKED_OUT
    }

    private record Result(Outcome outcome, String reason) {}

    /** @return whether all files went */
    boolean run() throws IOException, InterruptedException {
        List<ErrorFile> files = ErrorFile.below(folder);
        Iterator<ErrorFile> queue = files.iterator();
        try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT)
                .build()) {
            var workers = new ArrayList<Thread>();
            for (int i = 0; i < Math.min(AT_ONCE, files.size()); i++) {
                workers.add(Thread.ofVirtual().start(() -> work(queue, client)));
            }
            for (Thread worker : workers) {
                worker.join();
            }
        }
        synchronized (this) {
            if (stopReason != null) {
                err.println("cdr-repost: stopped: " + stopReason);
            }
            String where = taken == 0 ? "" : ", their files are in " + folder.resolve(ErrorFile.POSTED);
            out.println(taken + " of " + files.size() + " CDRs were taken" + where + "; " + (files.size() - taken)
                    + " stay where they were");
            return taken == files.size();
        }
    }

    private void work(Iterator<ErrorFile> queue, HttpClient client) {
        for (ErrorFile file = next(queue); file != null; file = next(queue)) {
            try {
                settle(file, post(file, client));
            } catch (UnusableCdrException e) {
                // Nothing to be done about this one; the operator learns which it is.
                settle(file, new Result(Outcome.REFUSED, e.getMessage()));
            } catch (IOException e) {
                // The file cannot be read, or not be moved: it stays, and posting it again does no harm.
                settle(file, new Result(Outcome.REFUSED, String.valueOf(e)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private synchronized ErrorFile next(Iterator<ErrorFile> queue) {
        return stopReason == null && queue.hasNext() ? queue.next() : null;
    }

    private Result post(ErrorFile file, HttpClient client)
            throws IOException, UnusableCdrException, InterruptedException {
        ErrorFile.Post post = file.read();
        HttpRequest request = HttpRequest.newBuilder(url).timeout(TIMEOUT).header("Content-Type", post.contentType())
                .header("Authorization", credentials.header())
                .POST(HttpRequest.BodyPublishers.ofByteArray(post.body())).build();
        Result result = attempt(request, client);
        for (int tried = 1; tried < TRIES && result.outcome() == Outcome.UNANSWERED; tried++) {
            TimeUnit.MILLISECONDS.sleep(firstPauseMillis << tried - 1);
            result = attempt(request, client);
        }
        if (result.outcome() == Outcome.TAKEN) {
            file.setAside(folder);
        }
        return result;
    }

    private static Result attempt(HttpRequest request, HttpClient client) throws InterruptedException {
        try {
            HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            return new Result(outcome(answer.statusCode()), answer.statusCode() + " " + printable(answer.body()));
        } catch (ConnectException e) {
            // Tried again: the ingestor may just be starting.
            return new Result(Outcome.UNANSWERED, "no connection to " + request.uri().getAuthority());
        } catch (IOException e) {
            // Tried again: a CDR that was taken though its answer was lost is only a copy.
            return new Result(Outcome.UNANSWERED, String.valueOf(e.getMessage()));
        }
    }

    private static Outcome outcome(int status) {
        return switch (status) {
            case 401, 403, 404 -> Outcome.LOCKED_OUT;
            case 408, 429 -> Outcome.UNANSWERED;
            default -> status / 100 == 2 ? Outcome.TAKEN : status >= 500 ? Outcome.UNANSWERED : Outcome.REFUSED;
        };
    }

    private synchronized void settle(ErrorFile file, Result result) {
        switch (result.outcome()) {
            case TAKEN -> {
                taken++;
                unansweredInARow = 0;
            }
            case REFUSED -> unansweredInARow = 0;
            case UNANSWERED -> {
                if (++unansweredInARow >= GIVE_UP_AFTER) {
                    stopReason = url + " does not take CDRs now: " + result.reason();
                }
            }
            case LOCKED_OUT -> stopReason = url + " answers " + result.reason()
                    + " (expected: the ingestor's /cdr, and its OFFHOOK_CDR_USERNAME and OFFHOOK_CDR_PASSWORD)";
        }
        if (result.outcome() != Outcome.TAKEN) {
            left++;
            err.println("left: " + folder.relativize(file.path()) + ": " + result.reason());
        }
        if ((taken + left) % PROGRESS_EVERY == 0) {
            out.println(taken + " taken, " + left + " left ...");
        }
    }

    /** Anybody may sit behind the URL: one line, without control characters, short. */
    private static String printable(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}+", " ").strip();
        return text.length() > REASON_CHARS ? text.substring(0, REASON_CHARS) + "..." : text;
    }
}

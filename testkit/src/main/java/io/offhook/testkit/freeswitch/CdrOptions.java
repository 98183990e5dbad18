package io.offhook.testkit.freeswitch;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How the switch reports its legs to a CDR receiver: the parameters of mod_json_cdr, without a queue, so that a leg waits for the
 * answer. Start from {@link #to(URI...)}.
 *
 * @param urls         where to POST, http; after a failure the next one is tried
 * @param user         name in {@code cred}, empty for no Authorization header
 * @param password     password in {@code cred}
 * @param encoding     parameter {@code encode}
 * @param encodeValues parameter {@code encode-values}: whether the strings in {@code variables} are percent-encoded within the JSON
 * @param retries      tries after the first one, 0 to 100
 * @param delay        time between two tries
 * @param timeout      for one try, zero for no bound (as where the parameter is unset)
 * @param errLogDir    where a CDR goes that could not be posted, empty for nowhere
 */
public record CdrOptions(List<URI> urls, String user, String password, CdrEncoding encoding, boolean encodeValues,
        int retries, Duration delay, Duration timeout, Optional<Path> errLogDir) {

    public CdrOptions {
        urls = List.copyOf(urls);
        check("urls", urls, !urls.isEmpty() && urls.stream().allMatch(url -> "http".equals(url.getScheme())),
                "1 or more, http");
        check("retries", retries, retries >= 0 && retries <= 100, "0 to 100");
        check("delay", delay, !delay.isNegative(), "0 or more");
        check("timeout", timeout, !timeout.isNegative(), "0 or more");
    }

    /** {@code encode=false encode-values=false retries=0}, no time-out, no credentials, no directory. */
    public static CdrOptions to(URI... urls) {
        return new CdrOptions(List.of(urls), "", "", CdrEncoding.RAW, false, 0, Duration.ZERO, Duration.ZERO,
                Optional.empty());
    }

    public CdrOptions withCredentials(String name, String secret) {
        return new CdrOptions(urls, name, secret, encoding, encodeValues, retries, delay, timeout, errLogDir);
    }

    public CdrOptions withEncoding(CdrEncoding value) {
        return new CdrOptions(urls, user, password, value, encodeValues, retries, delay, timeout, errLogDir);
    }

    public CdrOptions withEncodeValues(boolean value) {
        return new CdrOptions(urls, user, password, encoding, value, retries, delay, timeout, errLogDir);
    }

    public CdrOptions withRetries(int count, Duration pause) {
        return new CdrOptions(urls, user, password, encoding, encodeValues, count, pause, timeout, errLogDir);
    }

    public CdrOptions withTimeout(Duration value) {
        return new CdrOptions(urls, user, password, encoding, encodeValues, retries, delay, value, errLogDir);
    }

    public CdrOptions withErrLogDir(Path value) {
        return new CdrOptions(urls, user, password, encoding, encodeValues, retries, delay, timeout,
                Optional.of(value));
    }

    private static void check(String name, Object value, boolean valid, String expected) {
        if (!valid) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
        }
    }
}

package io.offhook.sender;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Which headers an endpoint may bring along: the one list, for registration and for sending. */
public final class ReservedHeaders {

    static final String CONTENT_TYPE = "content-type";
    static final String USER_AGENT = "user-agent";
    static final String WEBHOOK_ID = "webhook-id";
    static final String WEBHOOK_TIMESTAMP = "webhook-timestamp";
    static final String WEBHOOK_SIGNATURE = "webhook-signature";
    static final String ATTEMPT = "offhook-attempt";
    static final String ENDPOINT_ID = "offhook-endpoint-id";
    static final String REPLAY_ID = "offhook-replay-id";
    static final String CLOUD_EVENT_PREFIX = "ce-";
    static final String HOST = "host";
    static final String CONTENT_LENGTH = "content-length";

    private static final String PROXY_PREFIX = "proxy-";
    private static final Set<String> NAMES = Set.of(CONTENT_TYPE, USER_AGENT, WEBHOOK_ID, WEBHOOK_TIMESTAMP,
            WEBHOOK_SIGNATURE, ATTEMPT, ENDPOINT_ID, REPLAY_ID, HOST, CONTENT_LENGTH, "transfer-encoding", "connection",
            "keep-alive", "te", "trailer", "upgrade", "expect", "accept-encoding");
    /** What a token may hold besides letters and digits, RFC 9110 section 5.6.2. */
    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    private ReservedHeaders() {}

    /**
     * Why an endpoint may not have this header, empty when it may. A name is a token (RFC 9110 section 5.1) that Offhook does not
     * set itself; a value is visible ASCII, spaces and tabs (section 5.5), so it cannot begin a new line.
     */
    public static Optional<String> refusal(String name, String value) {
        if (name == null || name.isEmpty() || !name.chars().allMatch(ReservedHeaders::isTokenCharacter)) {
            return Optional.of("name is not a token (expected: letters, digits and " + TOKEN_MARKS + ")");
        }
        String lower = name.toLowerCase(Locale.ROOT);
        if (NAMES.contains(lower) || lower.startsWith(CLOUD_EVENT_PREFIX) || lower.startsWith(PROXY_PREFIX)) {
            return Optional.of(lower + " is reserved");
        }
        if (value == null || !value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c <= '~'))) {
            return Optional.of("value of " + lower + " holds control or non-ASCII characters"
                    + " (expected: visible ASCII, spaces and tabs)");
        }
        return Optional.empty();
    }

    private static boolean isTokenCharacter(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
                || TOKEN_MARKS.indexOf(c) >= 0;
    }
}

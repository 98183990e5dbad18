package io.offhook.sender;

/** Whose failure it is, if any: the one place that says what a status and an error mean to a delivery. */
public enum Outcome {
    /** 2xx. */
    DELIVERED,
    /** The endpoint cannot take anything now: breaker and back-off. */
    ENDPOINT_FAILURE,
    /** The endpoint refuses this message: the message's own schedule. */
    MESSAGE_FAILURE,
    /** 410: the endpoint is to be disabled. */
    GONE;

    private static final int REQUEST_TIMEOUT = 408;
    private static final int IS_GONE = 410;
    private static final int TOO_EARLY = 425;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVICE_UNAVAILABLE = 503;

    /** {@code delivered} or {@code failed}: the {@code outcome} of a delivery in the API. */
    public String wireName() {
        return this == DELIVERED ? "delivered" : "failed";
    }

    /** @param error of an attempt, {@code null} when it was delivered */
    static Outcome of(Integer status, AttemptError error) {
        return switch (error) {
            case null -> DELIVERED;
            case REDIRECT -> MESSAGE_FAILURE;
            case HTTP_4XX -> switch (status) {
                case IS_GONE -> GONE;
                case REQUEST_TIMEOUT, TOO_EARLY, TOO_MANY_REQUESTS -> ENDPOINT_FAILURE;
                default -> MESSAGE_FAILURE;
            };
            case DNS, CONNECT_REFUSED, CONNECT_TIMEOUT, TLS, REQUEST_TIMEOUT, CONNECTION_RESET, HTTP_5XX,
                    BLOCKED_ADDRESS, RESPONSE_INVALID ->
                ENDPOINT_FAILURE;
        };
    }

    /** @return the error that a complete response with this status is, {@code null} for 2xx */
    static AttemptError errorOf(int status) {
        return switch (status / 100) {
            case 2 -> null;
            case 3 -> AttemptError.REDIRECT;
            case 4 -> AttemptError.HTTP_4XX;
            case 5 -> AttemptError.HTTP_5XX;
            default -> AttemptError.RESPONSE_INVALID;
        };
    }

    /** 429, 503 and every time-out: the receiver has too much at once. */
    static boolean slowsLane(Integer status, AttemptError error) {
        return switch (error) {
            case null -> false;
            case CONNECT_TIMEOUT, REQUEST_TIMEOUT -> true;
            case HTTP_4XX -> status == TOO_MANY_REQUESTS;
            case HTTP_5XX -> status == SERVICE_UNAVAILABLE;
            case DNS, CONNECT_REFUSED, TLS, CONNECTION_RESET, REDIRECT, BLOCKED_ADDRESS, RESPONSE_INVALID -> false;
        };
    }
}

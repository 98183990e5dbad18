package io.offhook.dispatcher.lane;

/** A rate limit: tokens come evenly, at most those of one second are saved up. */
final class TokenBucket {

    private static final double NANOS_PER_SECOND = 1e9;

    private double perSecond;
    private double tokens;
    private long filledAt;

    /** @param perSecond tokens a second, more than 0 */
    TokenBucket(double perSecond, long nowNanos) {
        this.perSecond = perSecond;
        this.tokens = Math.max(1, perSecond);
        this.filledAt = nowNanos;
    }

    double perSecond() {
        return perSecond;
    }

    boolean take(long nowNanos) {
        fill(nowNanos);
        if (tokens < 1) {
            return false;
        }
        tokens--;
        return true;
    }

    /** Until the next token is there; 0 when one is. */
    long nanosToNext(long nowNanos) {
        fill(nowNanos);
        return tokens >= 1 ? 0 : (long) Math.ceil((1 - tokens) / perSecond * NANOS_PER_SECOND);
    }

    void setRate(double next, long nowNanos) {
        fill(nowNanos);
        perSecond = next;
        tokens = Math.min(tokens, Math.max(1, perSecond));
    }

    private void fill(long nowNanos) {
        long passed = Math.max(0, nowNanos - filledAt);
        tokens = Math.min(Math.max(1, perSecond), tokens + passed / NANOS_PER_SECOND * perSecond);
        filledAt = nowNanos;
    }
}

package io.offhook.dispatcher.lane;

/**
 * How many requests a lane may have under way. It begins with one, so that an endpoint that just came back is not flooded; each
 * success doubles it up to the lane's share, each sign of too much (429, 503, time-out) halves it.
 */
final class SlowStart {

    private int share;
    private int limit = 1;

    /** @param share the lane's part of {@code max_in_flight}, at least 1 */
    SlowStart(int share) {
        this.share = share;
    }

    int limit() {
        return Math.min(limit, share);
    }

    void onSuccess() {
        limit = Math.min(share, limit() * 2);
    }

    void onTooMuch() {
        limit = Math.max(1, limit() / 2);
    }

    void restart() {
        limit = 1;
    }

    void setShare(int next) { share = Math.max(1, next); }

    /** The part of a fleet's limit that falls to a dispatcher with so many of the partitions, rounded up, at least one. */
    static int share(int limit, int owned, int all) {
        return all <= 0 ? limit : Math.max(1, Math.ceilDiv(limit * owned, all));
    }
}

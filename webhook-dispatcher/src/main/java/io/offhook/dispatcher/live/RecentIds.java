package io.offhook.dispatcher.live;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The ids seen in a partition lately. Of records with one id the first is the event; the others are duplicates (R4). Of each id 128
 * bits of its SHA-256 are kept, in two generations: one is filled, the one before only looked into, and forgotten whole.
 */
final class RecentIds {

    /**
     * What fits into 2 MiB, in parts of 64 KiB that are hardly ever filled unevenly: 4 MiB for both generations of a partition, 100 MB for all
     * of 24 when each is that busy.
     */
    static final int MAX_PER_GENERATION = 90_000;

    private final long memoryNanos;
    private final MessageDigest digest;
    private IdSet newer = new IdSet();
    private IdSet older = new IdSet();
    private long newerSince;

    /** @param memoryNanos how long an id is remembered at least, unless there are more than the bound */
    RecentIds(long memoryNanos, long nowNanos) {
        this.memoryNanos = memoryNanos;
        this.newerSince = nowNanos;
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** @return false for an id that was seen within the memory */
    boolean isNew(String id, long nowNanos) {
        if (nowNanos - newerSince > memoryNanos || newer.size() >= MAX_PER_GENERATION) {
            // After a long silence what is in the newer one is too old as well, which does no harm.
            older = newer;
            newer = new IdSet();
            newerSince = nowNanos;
        }
        ByteBuffer hash = ByteBuffer.wrap(digest.digest(id.getBytes(StandardCharsets.UTF_8)));
        long high = hash.getLong();
        long low = hash.getLong();
        return !older.contains(high, low) && newer.add(high, low);
    }
}

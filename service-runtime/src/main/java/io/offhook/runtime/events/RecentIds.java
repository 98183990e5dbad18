package io.offhook.runtime.events;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * The ids read of one partition lately, by the time of the append. Of each 128 bits of its SHA-256 are kept, in two generations: one
 * is filled, the one before only looked into, and forgotten whole.
 */
final class RecentIds {

    private record Hash(long high, long low) {}

    private final long memoryMillis;
    private final int perGeneration;
    private final MessageDigest digest;
    private Set<Hash> newer = new HashSet<>();
    private Set<Hash> older = Set.of();
    private long newerSince = Long.MIN_VALUE;

    /**
     * @param memory how long an id is known at least, unless there are more than the bound
     * @param perGeneration about 70 bytes each; twice as many are held at most
     */
    RecentIds(Duration memory, int perGeneration) {
        this.memoryMillis = memory.toMillis();
        this.perGeneration = perGeneration;
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** @return false for an id that was read within the memory */
    boolean isNew(String id, long appendedMillis) {
        if (newerSince == Long.MIN_VALUE) {
            newerSince = appendedMillis;
        } else if (appendedMillis - newerSince > memoryMillis || newer.size() >= perGeneration) {
            older = newer;
            newer = new HashSet<>();
            newerSince = appendedMillis;
        }
        ByteBuffer bytes = ByteBuffer.wrap(digest.digest(id.getBytes(StandardCharsets.UTF_8)));
        var hash = new Hash(bytes.getLong(), bytes.getLong());
        return !older.contains(hash) && newer.add(hash);
    }
}

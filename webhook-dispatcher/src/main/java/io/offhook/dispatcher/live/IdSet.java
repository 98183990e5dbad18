package io.offhook.dispatcher.live;

/** A set of 128-bit hashes, open-addressed and never more than three quarters full. */
final class IdSet {

    private static final int FIRST_PLACES = 64;

    /** Two longs a place; both 0 in one that is free, which no hash of an id is in practice. */
    private long[] places = new long[2 * FIRST_PLACES];
    private int size;

    int size() {
        return size;
    }

    boolean contains(long high, long low) {
        int at = find(places, high, low);
        return places[at] != 0 || places[at + 1] != 0;
    }

    /** @return false when it is there already */
    boolean add(long high, long low) {
        int at = find(places, high, low);
        if (places[at] != 0 || places[at + 1] != 0) {
            return false;
        }
        places[at] = high;
        places[at + 1] = low;
        size++;
        if (size * 8 > places.length * 3) {
            grow();
        }
        return true;
    }

    private void grow() {
        var larger = new long[places.length * 2];
        for (int i = 0; i < places.length; i += 2) {
            if (places[i] != 0 || places[i + 1] != 0) {
                int at = find(larger, places[i], places[i + 1]);
                larger[at] = places[i];
                larger[at + 1] = places[i + 1];
            }
        }
        places = larger;
    }

    /** Where it stands, or the free place where it would. */
    private static int find(long[] places, long high, long low) {
        int mask = places.length - 2;
        int at = (int) (low << 1) & mask;
        while ((places[at] != high || places[at + 1] != low) && (places[at] != 0 || places[at + 1] != 0)) {
            at = at + 2 & mask;
        }
        return at;
    }
}

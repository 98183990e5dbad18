package io.offhook.dispatcher.live;

import java.util.stream.Stream;

/**
 * A set of 128-bit hashes, open-addressed and never more than three quarters full. It is made of parts that grow each by itself, so that no
 * array is larger than half a region of the heap: for each of those G1 may mark all of it.
 */
final class IdSet {

    private static final int PARTS = 32;

    private final Part[] parts = Stream.generate(Part::new).limit(PARTS).toArray(Part[]::new);
    private int size;

    int size() {
        return size;
    }

    boolean contains(long high, long low) {
        return part(high).contains(high, low);
    }

    /** @return false when it is there already */
    boolean add(long high, long low) {
        boolean added = part(high).add(high, low);
        if (added) {
            size++;
        }
        return added;
    }

    private Part part(long high) {
        return parts[(int) (high & PARTS - 1)];
    }

    private static final class Part {

        private static final int FIRST_PLACES = 16;

        /** Two longs a place; both 0 in one that is free, which no hash of an id is in practice. */
        private long[] places = new long[2 * FIRST_PLACES];
        private int size;

        boolean contains(long high, long low) {
            int at = find(places, high, low);
            return places[at] != 0 || places[at + 1] != 0;
        }

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
}

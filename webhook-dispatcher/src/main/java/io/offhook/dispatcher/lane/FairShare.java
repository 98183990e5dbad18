package io.offhook.dispatcher.lane;

/**
 * How much of something that all lanes share one lane may hold: no more than what is still free. A lane that is alone gets half;
 * {@code n} lanes that all take as much as they can come to rest at one part each of {@code n + 1}, so that a lane which holds nothing
 * yet always finds as much as any of them has, however many receivers hang. Dynamic thresholds, as switches share their buffer memory
 * among ports (Choudhury and Hahne, IEEE/ACM Transactions on Networking 6(2), 1998).
 *
 * @param budget what all lanes may hold together, at least 1
 */
record FairShare(int budget) {

    /** What one lane may hold while all hold so much together, itself included; at least 1. */
    int limit(int held) {
        return Math.max(1, budget - held);
    }
}

package io.offhook.bench.ingestor;

import io.offhook.bench.Histogram;
import io.offhook.bench.Samples;

/**
 * What one rate cost and how it went.
 *
 * @param callsPerNode new calls a second at each node
 * @param sent FreeSWITCH events a second that were sent in the time measured
 * @param published call events a second that the topic took
 * @param ingestorCpu seconds, in the time measured; the same of the others
 * @param appended from socket write to the broker's append, milliseconds
 * @param acknowledged from socket write to the acknowledgement, by the ingestor's own histogram
 * @param lagMillis how late the load was at worst
 * @param complete whether every event of every call was in the topic shortly after the end
 */
record Step(EventTypes types, int callsPerNode, double seconds, double sent, double published, double ingestorCpu,
        double kafkaCpu, double loadCpu, long residentMiB, Samples appended, Histogram acknowledged, long lagMillis,
        boolean complete) {

    private static final long MAX_MILLIS = 1000;

    /** All came, and nobody fell behind. */
    boolean sustained() {
        return complete && lagMillis < MAX_MILLIS && appended.percentile(99) < MAX_MILLIS;
    }
}

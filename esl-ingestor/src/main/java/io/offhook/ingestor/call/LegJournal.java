package io.offhook.ingestor.call;

/** Where open legs are written down, so that an ingestor that is started again goes on with them. */
public interface LegJournal {

    /** The leg as it is before its next event is published; a leg that ends is struck off once its hangup is acknowledged. */
    void write(OpenLeg leg);
}

package io.offhook.ingestor.call;

/** Where open legs are written down, so that an ingestor that is started again, or another one, goes on with them. */
public interface LegJournal {

    /** The leg as it is before its next event is published; a leg that ends is struck off once its hangup is acknowledged. */
    void write(OpenLeg leg);

    /** The leg's hangup is about to be published: what is not written down by then need not be. */
    void ending(String uuid);

    /** Somebody else has published the leg's hangup. */
    void ended(String uuid);
}

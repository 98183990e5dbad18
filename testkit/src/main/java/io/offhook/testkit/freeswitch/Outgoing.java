package io.offhook.testkit.freeswitch;

/** Something that waits in a connection's queue to be written. */
interface Outgoing {

    /** The bytes of the whole frame, rendered when it is written: an event that a full queue drops costs nothing. */
    byte[] frame(EventFormat format);
}

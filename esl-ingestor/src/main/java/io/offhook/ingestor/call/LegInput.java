package io.offhook.ingestor.call;

/** What can be learnt of a leg: from FreeSWITCH, from a CDR, from the topic, or from the lack of all three. */
public sealed interface LegInput permits ChannelEvent, TopicEvent, Closing, Owed {

    /** The uuid that the source names the leg by. */
    String uuid();
}

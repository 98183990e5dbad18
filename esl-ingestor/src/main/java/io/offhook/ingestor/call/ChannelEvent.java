package io.offhook.ingestor.call;

import io.offhook.model.CallDirection;

/**
 * What a FreeSWITCH channel event says of a leg. Times are microseconds since the epoch, 0 for "not happened"; texts are
 * {@code null} where FreeSWITCH gave none.
 *
 * @param node the node's name in the configuration
 * @param core {@code Core-UUID} of the FreeSWITCH process that speaks
 * @param uuid {@code Unique-ID}
 * @param formerUuid {@code Old-Unique-ID} of a renamed channel
 * @param channelCreated {@code Caller-Channel-Created-Time}; 0 also where the leg has no caller profile
 * @param profileCreated {@code Caller-Profile-Created-Time}: after a recovery the one that still tells the true start
 * @param at {@code Event-Date-Timestamp}
 * @param firstCallee {@code variable_sip_req_user} of an inbound leg: the number dialled, whatever the dialplan made of it since
 * @param firstCallerId {@code Caller-Orig-Caller-ID-Number}, which FreeSWITCH never flips
 * @param direction of the user's call: {@code variable_call_direction}, else that of the leg
 * @param tenant named by the event itself
 * @param parentUuid the leg that created this one
 * @param recovered the leg was taken over by {@code sofia recover}
 * @param loopback one of the two legs that the loopback endpoint makes of one
 */
public record ChannelEvent(Kind kind, String node, String core, String uuid, String formerUuid, long channelCreated,
        long profileCreated, long answered, long hungUp, long at, String calleeNumber, String firstCallee,
        String callerIdNumber, String firstCallerId, String ani, CallDirection direction, String hangupCause,
        String tenant, String parentUuid, boolean recovered, boolean loopback) implements LegInput {

    /** What the event is to a leg's life. */
    public enum Kind {
        /** CHANNEL_CREATE of an inbound leg, CHANNEL_ORIGINATE of an outbound one. */
        BEGIN,
        /** CHANNEL_ANSWER. */
        ANSWER,
        /** CHANNEL_HANGUP_COMPLETE; CHANNEL_HANGUP comes before the end time is set. */
        END,
        /** CHANNEL_UUID. */
        RENAME,
        /** The answer to {@code uuid_dump}: the leg as it is now. */
        DUMP,
        /** The leg's CDR, written at its end. */
        CDR,
        /** Any other: it may name the tenant. */
        OTHER
    }

    /** A rejected INVITE has no caller profile: it ends without having been a call. */
    public boolean hasCallerProfile() {
        return channelCreated > 0;
    }

    /** Whether FreeSWITCH tells of something that happens now; a dump or a CDR only leads to what was not told. */
    boolean live() {
        return kind != Kind.DUMP && kind != Kind.CDR;
    }
}

package io.offhook.ingestor.call;

import java.util.List;
import java.util.Map;

import io.offhook.ingestor.call.ChannelEvent.Kind;
import io.offhook.model.CallDirection;

/** Channel events for tests, each a variation of an ordinary inbound leg. */
final class Legs {

    static final TenantRules TENANTS = new TenantRules(
            List.of("variable_tenant", "variable_domain_name", "variable_dialed_domain", "Channel-Presence-ID"),
            Map.of());
    static final long CREATED = 1_795_374_882_366_319L;
    static final long ANSWERED = CREATED + 2_000_000;
    static final long ENDED = CREATED + 9_999_999;

    private Legs() {}

    static ChannelEvent event(Kind kind, String uuid) {
        return new ChannelEvent(kind, "fs1", uuid, null, CREATED, CREATED,
                kind == Kind.ANSWER || kind == Kind.END ? ANSWERED : 0,
                kind == Kind.END ? ENDED : 0, CREATED, "100", "200", "200", "200", CallDirection.INBOUND,
                kind == Kind.END ? "NORMAL_CLEARING" : null, "a.example", null, false, false);
    }

    static ChannelEvent withTenant(ChannelEvent e, String tenant) {
        return new ChannelEvent(e.kind(), e.node(), e.uuid(), e.formerUuid(), e.channelCreated(), e.profileCreated(),
                e.answered(),
                e.hungUp(), e.at(), e.calleeNumber(), e.callerIdNumber(), e.firstCallerId(), e.ani(), e.direction(),
                e.hangupCause(),
                tenant, e.parentUuid(), e.recovered(), e.loopback());
    }

    static ChannelEvent withParent(ChannelEvent e, String parent) {
        return new ChannelEvent(e.kind(), e.node(), e.uuid(), e.formerUuid(), e.channelCreated(), e.profileCreated(),
                e.answered(),
                e.hungUp(), e.at(), e.calleeNumber(), e.callerIdNumber(), e.firstCallerId(), e.ani(), e.direction(),
                e.hangupCause(),
                e.tenant(), parent, e.recovered(), e.loopback());
    }

    static ChannelEvent withTimes(ChannelEvent e, long created, long answered, long ended) {
        return new ChannelEvent(e.kind(), e.node(), e.uuid(), e.formerUuid(), created, e.profileCreated(), answered,
                ended, e.at(),
                e.calleeNumber(), e.callerIdNumber(), e.firstCallerId(), e.ani(), e.direction(), e.hangupCause(),
                e.tenant(),
                e.parentUuid(), e.recovered(), e.loopback());
    }

    static ChannelEvent withNumbers(ChannelEvent e, String callee, String callerId) {
        return new ChannelEvent(e.kind(), e.node(), e.uuid(), e.formerUuid(), e.channelCreated(), e.profileCreated(),
                e.answered(),
                e.hungUp(), e.at(), callee, callerId, e.firstCallerId(), e.ani(), e.direction(), e.hangupCause(),
                e.tenant(),
                e.parentUuid(), e.recovered(), e.loopback());
    }

    static ChannelEvent recovered(ChannelEvent e, long created, long answered) {
        return new ChannelEvent(e.kind(), e.node(), e.uuid(), e.formerUuid(), created, e.profileCreated(), answered,
                e.hungUp(),
                e.at(), e.calleeNumber(), e.callerIdNumber(), e.firstCallerId(), e.ani(), e.direction(),
                e.hangupCause(), e.tenant(),
                e.parentUuid(), true, e.loopback());
    }

    static ChannelEvent loopback(ChannelEvent e) {
        return new ChannelEvent(e.kind(), e.node(), e.uuid(), e.formerUuid(), e.channelCreated(), e.profileCreated(),
                e.answered(),
                e.hungUp(), e.at(), e.calleeNumber(), e.callerIdNumber(), e.firstCallerId(), e.ani(), e.direction(),
                e.hangupCause(),
                e.tenant(), e.parentUuid(), e.recovered(), true);
    }

    static ChannelEvent rename(String from, String to) {
        ChannelEvent e = event(Kind.RENAME, to);
        return new ChannelEvent(e.kind(), e.node(), e.uuid(), from, e.channelCreated(), e.profileCreated(),
                e.answered(), e.hungUp(),
                e.at(), e.calleeNumber(), e.callerIdNumber(), e.firstCallerId(), e.ani(), e.direction(),
                e.hangupCause(), e.tenant(),
                e.parentUuid(), e.recovered(), e.loopback());
    }

    /** What a metric would count. */
    static final class Counts implements LegTracker.Observer {
        int rejectedInvites;
        int aliveAfterHangup;
        int foundMidway;

        @Override
        public void rejectedInvite(String node) {
            rejectedInvites++;
        }

        @Override
        public void aliveAfterHangup(String node) {
            aliveAfterHangup++;
        }

        @Override
        public void foundMidway(String node) {
            foundMidway++;
        }
    }
}

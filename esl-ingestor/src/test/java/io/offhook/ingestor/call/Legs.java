package io.offhook.ingestor.call;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.offhook.ingestor.call.ChannelEvent.Kind;
import io.offhook.model.CallDirection;

/** Channel events for tests, each a variation of an ordinary answered inbound leg of tenant {@code a.example}. */
final class Legs {

    static final TenantRules TENANTS = new TenantRules(
            List.of("variable_tenant", "variable_domain_name", "variable_dialed_domain", "Channel-Presence-ID"),
            Map.of());
    static final long CREATED = 1_795_374_882_366_319L;
    static final long ANSWERED = CREATED + 2_000_000;
    static final long ENDED = CREATED + 9_999_999;

    private Legs() {}

    /** What differs from the ordinary leg. */
    static final class Event {
        private final Kind kind;
        private final String uuid;
        private String node = "fs1";
        private String core = "core-1";
        private String former;
        private long created = CREATED;
        private long profileCreated = CREATED;
        private long answered;
        private long ended;
        private long at = CREATED;
        private String callee = "100";
        private String firstCallee;
        private String callerId = "200";
        private String tenant = "a.example";
        private String parent;
        private boolean recovered;
        private boolean loopback;

        private Event(Kind kind, String uuid) {
            this.kind = kind;
            this.uuid = uuid;
            this.answered = kind == Kind.ANSWER || kind == Kind.END || kind == Kind.CDR ? ANSWERED : 0;
            this.ended = kind == Kind.END || kind == Kind.CDR ? ENDED : 0;
        }

        Event at(String newNode, String newCore) {
            node = newNode;
            core = newCore;
            return this;
        }

        Event former(String value) {
            former = value;
            return this;
        }

        Event times(long newCreated, long newAnswered, long newEnded) {
            created = newCreated;
            answered = newAnswered;
            ended = newEnded;
            return this;
        }

        Event date(long micros) {
            at = micros;
            return this;
        }

        Event numbers(String newCallee, String newCallerId) {
            callee = newCallee;
            callerId = newCallerId;
            return this;
        }

        Event firstCallee(String value) {
            firstCallee = value;
            return this;
        }

        Event tenant(String value) {
            tenant = value;
            return this;
        }

        Event parent(String value) {
            parent = value;
            return this;
        }

        Event recovered() {
            recovered = true;
            return this;
        }

        Event loopback() {
            loopback = true;
            return this;
        }

        ChannelEvent make() {
            boolean over = kind == Kind.END || kind == Kind.CDR;
            return new ChannelEvent(kind, node, core, uuid, former, created, profileCreated, answered, ended, at,
                    callee, firstCallee, callerId, "200", "200", CallDirection.INBOUND,
                    over ? "NORMAL_CLEARING" : null, tenant, parent, recovered, loopback);
        }
    }

    static Event leg(Kind kind, String uuid) {
        return new Event(kind, uuid);
    }

    static ChannelEvent event(Kind kind, String uuid) {
        return leg(kind, uuid).make();
    }

    static ChannelEvent rename(String from, String to) {
        return leg(Kind.RENAME, to).former(from).make();
    }

    /** What a metric would count. */
    static final class Counts implements LegObserver {
        int rejectedInvites;
        int aliveAfterHangup;
        int foundMidway;
        final List<LegObserver.Reason> reconciled = new ArrayList<>();

        @Override
        public void rejectedInvite(ChannelEvent event) {
            rejectedInvites++;
        }

        @Override
        public void aliveAfterHangup(String node) {
            aliveAfterHangup++;
        }

        @Override
        public void foundMidway(ChannelEvent event) {
            foundMidway++;
        }

        @Override
        public void reconciled(LegObserver.Reason reason) {
            reconciled.add(reason);
        }
    }
}

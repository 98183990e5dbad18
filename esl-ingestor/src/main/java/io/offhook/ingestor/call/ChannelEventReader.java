package io.offhook.ingestor.call;

import io.offhook.ingestor.call.ChannelEvent.Kind;
import io.offhook.ingestor.esl.EslEvent;
import io.offhook.model.CallDirection;
import io.offhook.model.LegIdentity;
import org.freeswitch.esl.client.transport.event.EslEventHeaderNames;

/** Reads what matters for legs out of a FreeSWITCH event. Header names are those of switch_event.c and switch_channel.c. */
public final class ChannelEventReader {

    private static final String UNIQUE_ID = "Unique-ID";
    private static final String LOOPBACK = "loopback/";

    private final TenantRules tenants;

    public ChannelEventReader(TenantRules tenants) {
        this.tenants = tenants;
    }

    /** @return {@code null} for an event that is about no leg */
    public ChannelEvent read(String node, EslEvent event) {
        String name = event.name();
        String uuid = event.header(UNIQUE_ID);
        if (uuid == null || name == null || !(name.startsWith("CHANNEL_") || name.equals("CALL_UPDATE"))) {
            return null;
        }
        String callee = LegIdentity.given(event.header("Caller-Destination-Number"));
        Kind kind = kind(name, event);
        String channel = event.header("Channel-Name");
        return new ChannelEvent(kind, node, event.header(EslEventHeaderNames.CORE_UUID), uuid,
                kind == Kind.RENAME ? event.header("Old-Unique-ID") : null,
                event.number("Caller-Channel-Created-Time"), event.number("Caller-Profile-Created-Time"),
                event.number("Caller-Channel-Answered-Time"), end(event),
                event.number(EslEventHeaderNames.EVENT_DATE_TIMESTAMP),
                callee, firstCallee(event), LegIdentity.given(event.header("Caller-Caller-ID-Number")),
                LegIdentity.given(event.header("Caller-Orig-Caller-ID-Number")),
                LegIdentity.given(event.header("Caller-ANI")),
                direction(event), event.header("Hangup-Cause"), tenant(event, callee), parent(event),
                "true".equals(event.header("variable_recovered")), channel != null && channel.startsWith(LOOPBACK));
    }

    private static Kind kind(String name, EslEvent event) {
        return switch (name) {
            case "CHANNEL_CREATE" -> "outbound".equals(event.header("Call-Direction")) ? Kind.OTHER : Kind.BEGIN;
            case "CHANNEL_ORIGINATE" -> Kind.BEGIN;
            case "CHANNEL_ANSWER" -> Kind.ANSWER;
            case "CHANNEL_HANGUP_COMPLETE" -> Kind.END;
            case "CHANNEL_UUID" -> Kind.RENAME;
            case "CHANNEL_DATA" -> Kind.DUMP;
            default -> Kind.OTHER;
        };
    }

    /** On an outbound leg the variable is the one of the leg that it was copied from. */
    private static String firstCallee(EslEvent event) {
        return "inbound".equals(event.header("Call-Direction"))
                ? LegIdentity.given(event.header("variable_sip_req_user"))
                : null;
    }

    private static long end(EslEvent event) {
        long end = event.number("Caller-Channel-Hangup-Time");
        return end > 0 ? end : event.number("variable_end_uepoch");
    }

    /** A dialplan that knows which way the user's call goes says so; a leg's own direction is only FreeSWITCH's view of it. */
    private static CallDirection direction(EslEvent event) {
        return CallDirection.ofWireName(event.header("variable_call_direction"))
                .or(() -> CallDirection.ofWireName(event.header("Call-Direction"))).orElse(null);
    }

    private String tenant(EslEvent event, String callee) {
        for (String header : tenants.headers()) {
            String tenant = TenantRules.domain(event.header(header));
            if (tenant != null) {
                return tenant;
            }
        }
        return callee == null ? null : tenants.byNumber().get(callee);
    }

    /** No single header links legs: calls, queues and B legs each have their own. */
    private static String parent(EslEvent event) {
        String parent = event.header("variable_originator");
        if (parent == null) {
            parent = event.header("variable_cc_member_session_uuid");
        }
        if (parent == null && "originator".equals(event.header("Other-Type"))) {
            parent = event.header("Other-Leg-Unique-ID");
        }
        return parent;
    }
}

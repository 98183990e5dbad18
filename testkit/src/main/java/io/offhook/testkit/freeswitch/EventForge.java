package io.offhook.testkit.freeswitch;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes the events of a leg that no template foresees out of the leg's newest event: its sudden end, and its recovery. */
final class EventForge {
    private static final Map<String, String> Q850 = Map.of("NORMAL_CLEARING", "16", "USER_BUSY", "17",
            "NO_USER_RESPONSE", "18",
            "NO_ANSWER", "19", "CALL_REJECTED", "21", "NORMAL_TEMPORARY_FAILURE", "41", "ORIGINATOR_CANCEL", "16");
    private static final Set<String> AT_END_ONLY = Set.of("Bridge-A-Unique-ID", "Bridge-B-Unique-ID", "Hangup-Cause");
    private static final String STATE_MACHINE = "switch_core_state_machine.c";

    private final SwitchCore core;

    EventForge(SwitchCore core) {
        this.core = core;
    }

    /** CHANNEL_HANGUP, where the end time is still 0. */
    EventData hangup(EventData latest, long now, String cause) {
        EventData.Editor event = base(latest, "CHANNEL_HANGUP").set("Answer-State", "hangup");
        event.addAfter("Answer-State", "Hangup-Cause", cause).set("Channel-State", "CS_HANGUP")
                .set("Channel-State-Number", "10");
        return core.stamp(event, now, "switch_channel.c", "switch_channel_perform_hangup", 3445).build();
    }

    /** What CHANNEL_HANGUP_COMPLETE says of a leg that hung up then, whenever it is fired. */
    EventData complete(EventData latest, long hangup, String cause) {
        EventData.Editor event = base(latest, "CHANNEL_HANGUP_COMPLETE").set("Answer-State", "hangup");
        event.addAfter("Answer-State", "Hangup-Cause", cause).set("Channel-State", "CS_REPORTING")
                .set("Channel-Call-State", "HANGUP")
                .set("Channel-State-Number", "11").set("Caller-Channel-Hangup-Time", Long.toString(hangup))
                .set("variable_hangup_cause", cause).set("variable_hangup_cause_q850", Q850.getOrDefault(cause, "0"));
        times(event, latest, hangup);
        return event.build();
    }

    /** CHANNEL_HANGUP_COMPLETE and CHANNEL_DESTROY, fired now. */
    List<EventData> ended(EventData latest, long hangup, String cause) {
        long now = Math.max(hangup, core.nowMicros());
        EventData.Editor event = core.stamp(complete(latest, hangup, cause).edit(), now, STATE_MACHINE,
                "switch_core_session_reporting_state", 943);
        EventData destroy = event.build();
        event.addAfter("Event-Sequence", "Hangup-Cause", cause); // the header stands twice in every HANGUP_COMPLETE
        return List.of(event.build(), core.stamp(destroy.edit().set("Event-Name", "CHANNEL_DESTROY"), now,
                "switch_core_session.c", "switch_core_session_perform_destroy", 1590).build());
    }

    private void times(EventData.Editor event, EventData latest, long now) {
        long created = time(latest, "Created");
        long answered = time(latest, "Answered");
        time(event, "start", created);
        time(event, "profile_start", number(latest.text("Caller-Profile-Created-Time")));
        time(event, "answer", answered);
        time(event, "bridge", time(latest, "Bridged"));
        time(event, "progress", time(latest, "Progress"));
        time(event, "progress_media", time(latest, "Progress-Media"));
        time(event, "end", now);
        for (Part.Unit unit : Part.Unit.values()) {
            String letter = switch (unit) {
                case SECONDS -> "";
                case MILLIS -> "m";
                case MICROS -> "u";
            };
            event.set("variable_" + letter + "duration", Part.Span.text(created, now, unit));
            span(event, "bill" + letter, answered, now, answered, unit);
            span(event, "progress" + letter, created, time(latest, "Progress"), time(latest, "Progress"), unit);
            span(event, "answer" + letter, created, answered, answered, unit);
            span(event, "wait" + letter, created, time(latest, "Bridged"), time(latest, "Bridged"), unit);
            span(event, "progress_media" + letter, created, time(latest, "Progress-Media"),
                    time(latest, "Progress-Media"), unit);
            span(event, "flow_bill" + letter, created, now, answered, unit);
        }
    }

    /** {@code happened} is 0 where there is nothing to measure. */
    private static void span(EventData.Editor event, String name, long from, long to, long happened, Part.Unit unit) {
        event.set("variable_" + name + "sec", happened == 0 ? "0" : Part.Span.text(from, to, unit));
    }

    private void time(EventData.Editor event, String name, long micros) {
        if (micros > 0) {
            event.set("variable_" + name + "_stamp", core.local(micros));
        }
        event.set("variable_" + name + "_epoch", Long.toString(micros / 1_000_000));
        event.set("variable_" + name + "_uepoch", Long.toString(micros));
    }

    /**
     * The CHANNEL_CREATE of a leg that {@code sofia recover} has taken over: created now, answered before, marked, without a partner
     * until the bridge.
     */
    EventData recoveredCreate(EventData latest, long now) {
        EventData.Editor event = base(latest, "CHANNEL_CREATE").set("Channel-State", "CS_INIT")
                .set("Channel-Call-State", "ACTIVE")
                .set("Channel-State-Number", "2").set("Answer-State", "answered")
                .set("Caller-Channel-Created-Time", Long.toString(now))
                .set("Caller-Channel-Resurrect-Time", Long.toString(now))
                .set("variable_recovered", "true")
                .removeIf(name -> name.startsWith("Other-Leg-") || name.equals("Other-Type") && !isOutbound(latest));
        return core.stamp(event, now, STATE_MACHINE, "switch_core_session_run", 626).build();
    }

    /** The CHANNEL_ORIGINATE behind an outbound leg's CHANNEL_CREATE. */
    EventData originate(EventData create, long now) {
        EventData.Editor event = create.edit().set("Event-Name", "CHANNEL_ORIGINATE");
        return core.stamp(event, now, STATE_MACHINE, "switch_core_session_run", 634).build();
    }

    /** The CHANNEL_BRIDGE of two recovered legs, on the inbound one. */
    EventData bridge(EventData inbound, String partner, long now) {
        EventData.Editor event = base(inbound, "CHANNEL_BRIDGE").set("Channel-State", "CS_SOFT_EXECUTE")
                .set("Channel-State-Number", "6").set("Caller-Profile-Index", "2")
                .set("Caller-Profile-Created-Time", Long.toString(now))
                .set("Caller-Channel-Resurrect-Time", "0").set("Caller-Channel-Bridged-Time", Long.toString(now));
        event.addAfter("Answer-State", "Bridge-B-Unique-ID", partner).addAfter("Answer-State", "Bridge-A-Unique-ID",
                inbound.text("Unique-ID"));
        event.set("Other-Type", "originatee").set("Other-Leg-Unique-ID", partner);
        return core.stamp(event, now, "switch_ivr_bridge.c", "switch_ivr_multi_threaded_bridge", 1689).build();
    }

    /** The outbound partner's headers from that bridge on; here no event of its own tells of them. */
    EventData bridged(EventData outbound, String partner, long now) {
        return base(outbound, "CALL_UPDATE").set("Channel-State", "CS_EXCHANGE_MEDIA").set("Channel-State-Number", "7")
                .set("Caller-Profile-Index", "2").set("Caller-Profile-Created-Time", Long.toString(now))
                .set("Caller-Channel-Resurrect-Time", "0").set("Caller-Channel-Bridged-Time", Long.toString(now))
                .set("Other-Type", "originator").set("Other-Leg-Unique-ID", partner).build();
    }

    /** CUSTOM sofia::recovery_recovered. */
    EventData recovered(int legs) {
        EventData.Editor event = EventData.blank().set("Event-Subclass", "sofia::recovery_recovered").set("Event-Name",
                "CUSTOM");
        return core.stamp(event, core.nowMicros(), "mod_sofia.c", "sofia_function", 4594)
                .set("recovered_calls", Integer.toString(legs)).build();
    }

    private static EventData.Editor base(EventData latest, String name) {
        return latest.edit().set("Event-Name", name).removeIf(AT_END_ONLY::contains);
    }

    private static boolean isOutbound(EventData event) {
        return event.text("Call-Direction").equals("outbound");
    }

    private static long time(EventData event, String what) {
        return number(event.text("Caller-Channel-" + what + "-Time"));
    }

    private static long number(String text) {
        return text.isEmpty() ? 0 : Long.parseLong(text);
    }
}

package io.offhook.testkit.freeswitch;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The CDR of one leg as mod_json_cdr writes it, out of the leg's CHANNEL_HANGUP_COMPLETE, whose variables are the CDR's (c03), and of
 * the last event of each caller profile that the leg had before.
 */
final class CdrJson {
    private static final String VARIABLE = "variable_";
    private static final String FLAGS = "0=1;1=1;2=1;22=1;39=1;40=1;42=1;45=1;50=1;55=1;89=1;107=1;113=1;114=1;123=1;"
            + "160=1;165=1;166=1";
    private static final String CAPS = "1=1;2=1;3=1;4=1;5=1;6=1;8=1;9=1;10=1";
    private static final List<String> RECEIVED = List.of("raw_bytes", "media_bytes", "packet_count",
            "media_packet_count", "skip_packet_count", "jitter_packet_count", "dtmf_packet_count", "cng_packet_count",
            "flush_packet_count", "largest_jb_size", "jitter_min_variance", "jitter_max_variance", "jitter_loss_rate",
            "jitter_burst_rate", "mean_interval", "flaw_total", "quality_percentage", "mos");
    private static final List<String> SENT = List.of("raw_bytes", "media_bytes", "packet_count", "media_packet_count",
            "skip_packet_count", "dtmf_packet_count", "cng_packet_count");

    private final EventData end;
    private final List<EventData> profiles;
    private final String callUuid;
    private final boolean encodeValues;

    /**
     * @param end          the leg's CHANNEL_HANGUP_COMPLETE
     * @param history      the leg's events with variables, oldest first
     * @param callUuid     uuid of the call's first leg
     * @param encodeValues whether strings in {@code variables} are percent-encoded
     */
    CdrJson(EventData end, List<EventData> history, String callUuid, boolean encodeValues) {
        this.end = end;
        this.profiles = older(end, history);
        this.callUuid = callUuid;
        this.encodeValues = encodeValues;
    }

    /** The last event of each earlier caller profile, newest profile first. */
    private static List<EventData> older(EventData end, List<EventData> history) {
        Map<String, EventData> byIndex = new LinkedHashMap<>();
        history.forEach(event -> byIndex.put(event.text("Caller-Profile-Index"), event));
        byIndex.remove(end.text("Caller-Profile-Index"));
        return new ArrayList<>(byIndex.values()).reversed();
    }

    byte[] bytes() {
        Map<String, Object> cdr = new LinkedHashMap<>();
        cdr.put("core-uuid", end.text("Core-UUID"));
        cdr.put("switchname", end.text("FreeSWITCH-Switchname"));
        Map<String, Object> channel = new LinkedHashMap<>();
        channel.put("state", "CS_REPORTING");
        channel.put("direction", end.text("Call-Direction"));
        channel.put("state_number", "11");
        channel.put("flags", FLAGS);
        channel.put("caps", CAPS);
        cdr.put("channel_data", channel);
        cdr.put("callStats", answered() ? Map.of("audio", audio()) : Map.of());
        cdr.put("variables", variables());
        if (ranApplication()) {
            cdr.put("app_log", Map.of("applications", List.of(application(end.text("Caller-Profile-Created-Time")))));
        }
        List<Object> flow = new ArrayList<>();
        flow.add(profile(end, "0"));
        String replaced = end.text("Caller-Profile-Created-Time");
        for (EventData older : profiles) {
            flow.add(profile(older, replaced));
            replaced = older.text("Caller-Profile-Created-Time");
        }
        cdr.put("callflow", flow);
        ByteSink sink = new ByteSink(16 * 1024);
        write(cdr, sink);
        return sink.toBytes();
    }

    private boolean answered() {
        String time = end.text("Caller-Channel-Answered-Time");
        return !time.isEmpty() && !time.equals("0");
    }

    /** Only inbound legs run an extension; a recovered one is put back beside its partner without it. */
    private boolean ranApplication() {
        return end.text("Call-Direction").equals("inbound") && !end.text("variable_current_application").isEmpty()
                && !end.text("variable_recovered").equals("true");
    }

    private Map<String, Object> application(String stamp) {
        Map<String, Object> application = new LinkedHashMap<>();
        application.put("app_name", end.text("variable_current_application"));
        application.put("app_data", end.text("variable_current_application_data"));
        if (!stamp.isEmpty()) {
            application.put("app_stamp", stamp);
        }
        return application;
    }

    private Map<String, Object> audio() {
        Map<String, Object> received = new LinkedHashMap<>();
        RECEIVED.forEach(name -> received.put(name, number("rtp_audio_in_" + name)));
        Map<String, Object> sent = new LinkedHashMap<>();
        SENT.forEach(name -> sent.put(name, number("rtp_audio_out_" + name)));
        sent.put("rtcp_packet_count", number("rtp_audio_rtcp_packet_count"));
        sent.put("rtcp_octet_count", number("rtp_audio_rtcp_octet_count"));
        Map<String, Object> audio = new LinkedHashMap<>();
        audio.put("inbound", received);
        audio.put("outbound", sent);
        return audio;
    }

    private BigDecimal number(String variable) {
        String text = end.text(VARIABLE + variable);
        return text.isEmpty() ? BigDecimal.ZERO : new BigDecimal(text).stripTrailingZeros();
    }

    private Map<String, Object> variables() {
        Map<String, Object> variables = new LinkedHashMap<>();
        for (Header header : end.headers()) {
            if (header.name().startsWith(VARIABLE)) {
                byte[] value = PlainEncoder.joined(header);
                if (encodeValues) {
                    ByteSink encoded = new ByteSink(value.length * 2);
                    PlainEncoder.part(value, encoded);
                    value = encoded.toBytes();
                }
                variables.put(header.name().substring(VARIABLE.length()), value);
            }
        }
        // Not as in the event, where an outbound leg names itself (c03).
        variables.put("call_uuid", callUuid);
        return variables;
    }

    private Map<String, Object> profile(EventData event, String replaced) {
        Map<String, Object> profile = new LinkedHashMap<>();
        profile.put("dialplan", event.text("Caller-Dialplan"));
        profile.put("profile_index", event.text("Caller-Profile-Index"));
        if (ranApplication()) {
            Map<String, Object> extension = new LinkedHashMap<>();
            extension.put("name", "tenant");
            extension.put("number", event.text("Caller-Destination-Number"));
            extension.put("applications", List.of(application("")));
            profile.put("extension", extension);
        }
        Map<String, Object> caller = caller(event, "Caller-");
        String role = event.text("Other-Type");
        if (!role.isEmpty() && !event.text("Other-Leg-Unique-ID").isEmpty()) {
            caller.put(role, Map.of(role + "_caller_profiles", List.of(caller(event, "Other-Leg-"))));
        }
        profile.put("caller_profile", caller);
        profile.put("times", times(event, replaced));
        return profile;
    }

    private static Map<String, Object> caller(EventData event, String prefix) {
        Map<String, Object> caller = new LinkedHashMap<>();
        caller.put("username", event.text(prefix + "Username"));
        caller.put("dialplan", event.text(prefix + "Dialplan"));
        caller.put("caller_id_name", event.text(prefix + "Caller-ID-Name"));
        caller.put("ani", event.text(prefix + "ANI"));
        caller.put("aniii", event.text(prefix + "ANI-II"));
        caller.put("caller_id_number", event.text(prefix + "Caller-ID-Number"));
        caller.put("network_addr", event.text(prefix + "Network-Addr"));
        caller.put("rdnis", event.text(prefix + "RDNIS"));
        caller.put("destination_number", event.text(prefix + "Destination-Number"));
        caller.put("uuid", event.text(prefix + "Unique-ID"));
        caller.put("source", event.text(prefix + "Source"));
        caller.put("context", event.text(prefix + "Context"));
        caller.put("chan_name", event.text(prefix + "Channel-Name"));
        return caller;
    }

    private static Map<String, Object> times(EventData event, String replaced) {
        Map<String, Object> times = new LinkedHashMap<>();
        times.put("created_time", time(event, "Channel-Created-Time"));
        times.put("profile_created_time", time(event, "Profile-Created-Time"));
        times.put("progress_time", time(event, "Channel-Progress-Time"));
        times.put("progress_media_time", time(event, "Channel-Progress-Media-Time"));
        times.put("answered_time", time(event, "Channel-Answered-Time"));
        times.put("bridged_time", time(event, "Channel-Bridged-Time"));
        times.put("last_hold_time", time(event, "Channel-Last-Hold"));
        times.put("hold_accum_time", time(event, "Channel-Hold-Accum"));
        times.put("hangup_time", time(event, "Channel-Hangup-Time"));
        times.put("resurrect_time", time(event, "Channel-Resurrect-Time"));
        times.put("transfer_time", replaced.equals("0") ? time(event, "Channel-Transfer-Time") : replaced);
        return times;
    }

    private static String time(EventData event, String name) {
        String text = event.text("Caller-" + name);
        return text.isEmpty() ? "0" : text;
    }

    private static void write(Object value, ByteSink sink) {
        switch (value) {
            case Map<?, ?> object -> {
                String separator = "{";
                for (Map.Entry<?, ?> entry : object.entrySet()) {
                    sink.add(separator);
                    separator = ",";
                    JsonEncoder.string(entry.getKey().toString(), sink);
                    sink.add(':');
                    write(entry.getValue(), sink);
                }
                sink.add(object.isEmpty() ? "{}" : "}");
            }
            case List<?> array -> {
                String separator = "[";
                for (Object element : array) {
                    sink.add(separator);
                    separator = ",";
                    write(element, sink);
                }
                sink.add(array.isEmpty() ? "[]" : "]");
            }
            case BigDecimal number -> sink.add(number.toPlainString());
            case byte[] bytes -> {
                sink.add('"');
                JsonEncoder.part(bytes, sink);
                sink.add('"');
            }
            default -> {
                sink.add('"');
                JsonEncoder.part(value.toString().getBytes(StandardCharsets.UTF_8), sink);
                sink.add('"');
            }
        }
    }
}

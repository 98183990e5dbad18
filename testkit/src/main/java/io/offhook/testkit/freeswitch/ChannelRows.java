package io.offhook.testkit.freeswitch;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The reply of {@code show channels as json}: one row per leg, with the columns of the core database's table. */
final class ChannelRows {
    private final SwitchCore core;

    ChannelRows(SwitchCore core) {
        this.core = core;
    }

    /** Without rows the reply has no {@code rows} key and ends with a newline; with rows it does not (s19, s30). */
    String json(ChannelTable channels, boolean countOnly) {
        List<String> rows = rows(channels);
        if (rows.isEmpty()) {
            return "{\"row_count\": 0}\n";
        }
        if (countOnly) {
            return "{\"row_count\":" + rows.size() + ",\"rows\":[]}";
        }
        return "{\"row_count\":" + rows.size() + ",\"rows\":[" + String.join(",", rows) + "]}";
    }

    /** Recorded rows as they were, then one for each other leg that is listed. */
    List<String> rows(ChannelTable channels) {
        List<CapturedStand.Row> recorded = channels.recorded();
        List<String> rows = new ArrayList<>();
        Set<String> known = new HashSet<>();
        for (CapturedStand.Row row : recorded) {
            rows.add(row.json());
            known.add(row.uuid());
        }
        for (LiveChannel channel : channels.listed()) {
            if (!known.contains(channel.uuid())) {
                rows.add(row(channel.uuid(), channel.latest().get()));
            }
        }
        return rows;
    }

    private String row(String uuid, EventData event) {
        String created = event.text("Caller-Channel-Created-Time");
        long micros = created.isEmpty() ? 0 : Long.parseLong(created);
        EventData.Editor row = EventData.blank().set("uuid", uuid).set("direction", event.text("Call-Direction"))
                .set("created", core.local(micros)).set("created_epoch", Long.toString(micros / 1_000_000))
                .set("name", event.text("Channel-Name")).set("state", event.text("Channel-State"))
                .set("cid_name", event.text("Caller-Caller-ID-Name"))
                .set("cid_num", event.text("Caller-Caller-ID-Number"))
                .set("ip_addr", event.text("Caller-Network-Addr")).set("dest", event.text("Caller-Destination-Number"))
                .set("application", event.text("variable_current_application"))
                .set("application_data", event.text("variable_current_application_data"))
                .set("dialplan", event.text("Caller-Dialplan")).set("context", event.text("Caller-Context"))
                .set("read_codec", event.text("Channel-Read-Codec-Name"))
                .set("read_rate", event.text("Channel-Read-Codec-Rate"))
                .set("read_bit_rate", event.text("Channel-Read-Codec-Bit-Rate"))
                .set("write_codec", event.text("Channel-Write-Codec-Name"))
                .set("write_rate", event.text("Channel-Write-Codec-Rate"))
                .set("write_bit_rate", event.text("Channel-Write-Codec-Bit-Rate")).set("secure", "")
                .set("hostname", core.switchname()).set("presence_id", event.text("Channel-Presence-ID"))
                .set("presence_data", "")
                .set("accountcode", event.text("variable_accountcode")).set("callstate", callState(event))
                .set("callee_name", event.text("Caller-Callee-ID-Name"))
                .set("callee_num", event.text("Caller-Callee-ID-Number"))
                .set("callee_direction", event.text("Caller-Callee-ID-Number").isEmpty() ? "" : "SEND")
                .set("call_uuid", event.text("Channel-Call-UUID"))
                .set("sent_callee_name", event.text("variable_last_sent_callee_id_name"))
                .set("sent_callee_num", event.text("variable_last_sent_callee_id_number"))
                .set("initial_cid_name", event.text("Caller-Orig-Caller-ID-Name"))
                .set("initial_cid_num", event.text("Caller-Orig-Caller-ID-Number"))
                .set("initial_ip_addr", event.text("Caller-Network-Addr"))
                .set("initial_dest", event.text("Caller-Destination-Number"))
                .set("initial_dialplan", event.text("Caller-Dialplan"))
                .set("initial_context", event.text("Caller-Context"));
        return new String(JsonEncoder.encode(row.build()), StandardCharsets.UTF_8);
    }

    /** An event shows the state before the change it tells of; a row shows the state after it. */
    private static String callState(EventData event) {
        return switch (event.text("Answer-State")) {
            case "answered" -> "ACTIVE";
            case "early" -> "EARLY";
            case "hangup" -> "HANGUP";
            default -> "RINGING";
        };
    }
}

package io.offhook.ingestor.cdr;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import io.offhook.ingestor.call.TenantRules;
import io.offhook.testkit.freeswitch.Captures;

/** CDRs and requests of a real FreeSWITCH, and small ones made up for what it did not say. */
final class Cdrs {

    static final TenantRules TENANTS = new TenantRules(List.of("variable_tenant", "variable_domain_name",
            "variable_dialed_domain", "Channel-Presence-ID"), Map.of("+49301001", "tenant-d.example"));

    private Cdrs() {}

    /** The names of all captured requests. */
    static List<String> requests() {
        return Captures.files().stream().filter(file -> file.endsWith(".http")).toList();
    }

    static String head(String request) {
        byte[] bytes = Captures.bytes(request);
        return new String(bytes, 0, bodyAt(bytes), StandardCharsets.ISO_8859_1);
    }

    static String contentType(String request) {
        return head(request).lines().filter(line -> line.startsWith("Content-Type: ")).findFirst().orElseThrow()
                .substring("Content-Type: ".length());
    }

    static byte[] body(String request) {
        byte[] bytes = Captures.bytes(request);
        int at = bodyAt(bytes);
        return Arrays.copyOfRange(bytes, at, bytes.length);
    }

    private static int bodyAt(byte[] request) {
        return new String(request, StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n") + 4;
    }

    /** The smallest CDR that is one. */
    static String small(String uuid) {
        return small(uuid, "\"start_stamp\":\"2026-11-22 20:21:59\"");
    }

    static String small(String uuid, String variables) {
        return "{\"core-uuid\":\"core-1\",\"switchname\":\"fs1\",\"channel_data\":{\"direction\":\"inbound\"},"
                + "\"variables\":{\"uuid\":\"" + uuid + "\",\"start_uepoch\":\"1795378919550999\","
                + "\"answer_uepoch\":\"0\",\"end_uepoch\":\"1795378922130052\",\"hangup_cause\":\"USER_BUSY\","
                + variables
                + "},\"callflow\":[{\"caller_profile\":{\"destination_number\":\"+49301001\"}}]}";
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

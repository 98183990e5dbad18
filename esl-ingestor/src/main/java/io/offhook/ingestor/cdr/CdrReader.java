package io.offhook.ingestor.cdr;

import java.nio.charset.StandardCharsets;

import io.offhook.ingestor.call.TenantRules;
import io.offhook.model.CallDirection;
import io.offhook.model.LegIdentity;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads the CDR that mod_json_cdr makes of a leg (switch_ivr_generate_json_cdr). Tolerant: fields it does not know, keys that stand
 * there twice (the last counts) and bytes that are no UTF-8 (U+FFFD) are no reason to lose a call's end.
 */
public final class CdrReader {

    private static final String VARIABLE = "variable_";
    private static final String PRESENCE_ID = "Channel-Presence-ID";
    private static final String LOOPBACK = "loopback/";

    private final JsonMapper mapper = JsonMapper.builder().enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
            .disable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY,
                    DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private final TenantRules tenants;

    /**
     * @param tenants its headers are those of channel events; {@code variable_x} is the variable {@code x} of a CDR,
     *        {@code Channel-Presence-ID} is {@code presence_id}, and others have no counterpart
     */
    public CdrReader(TenantRules tenants) {
        this.tenants = tenants;
    }

    /**
     * @param json the document, as one POST or one file holds it
     * @throws UnusableCdrException where it is no JSON object, or lacks the leg's uuid, the core's, or the times of beginning and end
     */
    public CdrReport read(byte[] json) throws UnusableCdrException {
        JsonNode root = tree(json);
        JsonNode newest = root.path("callflow").path(0);
        JsonNode first = root.path("callflow").path(Math.max(0, root.path("callflow").size() - 1));
        JsonNode profile = first.path("caller_profile");
        var variables = new ChannelVariables(root.path("variables"));
        boolean recovered = "true".equals(variables.text("recovered"));
        String callee = given(profile, "destination_number");
        String uuid = required("variables.uuid", either(variables.text("uuid"), given(profile, "uuid")));
        String channel = either(variables.text("channel_name"), given(profile, "chan_name"));
        return new CdrReport(uuid, required("core-uuid", given(root, "core-uuid")), given(root, "switchname"),
                direction(root, variables), callee, callerId(variables, profile), given(profile, "ani"),
                required("variables.start_uepoch", start(recovered, variables, first)),
                happened(variables.time("answer_uepoch"), newest, "answered_time"),
                required("variables.end_uepoch", happened(variables.time("end_uepoch"), newest, "hangup_time")),
                variables.text("hangup_cause"), tenant(variables, callee), parent(variables, profile, uuid), recovered,
                channel != null && channel.startsWith(LOOPBACK));
    }

    private JsonNode tree(byte[] json) throws UnusableCdrException {
        JsonNode root;
        try {
            // By way of a text: the decoder puts U+FFFD where Jackson's own would refuse the document.
            root = mapper.readTree(new String(json, StandardCharsets.UTF_8));
        } catch (JacksonException e) {
            // The sender's to mend: what stands there is not shown, since it is a caller's.
            String place = e.getLocation() == null
                    ? ""
                    : " in line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr();
            throw new UnusableCdrException(
                    "body: no JSON" + place + " (expected: a JSON object as mod_json_cdr makes it)");
        }
        if (root == null || !root.isObject()) {
            throw new UnusableCdrException("body: no JSON object (expected: one as mod_json_cdr makes it)");
        }
        return root;
    }

    /** The channel's creation, which a recovery sets to its own time; the first profile's it leaves alone. */
    private static long start(boolean recovered, ChannelVariables variables, JsonNode first) {
        long profileCreated = time(given(first.path("times"), "profile_created_time"));
        if (recovered && profileCreated > 0) {
            return profileCreated;
        }
        long start = variables.time("start_uepoch");
        return start > 0 ? start : time(given(first.path("times"), "created_time"));
    }

    private static long happened(long time, JsonNode newest, String name) {
        return time > 0 ? time : time(given(newest.path("times"), name));
    }

    /**
     * On a call that FreeSWITCH placed itself caller and callee change places in the profile itself when it is answered
     * (switch_channel.c, flip_cid), which leaves the number from before in this variable; other legs do not have it.
     */
    private static String callerId(ChannelVariables variables, JsonNode profile) {
        return either(variables.text("pre_transfer_caller_id_number"), given(profile, "caller_id_number"));
    }

    private static CallDirection direction(JsonNode root, ChannelVariables variables) {
        return CallDirection.ofWireName(variables.text("call_direction"))
                .or(() -> CallDirection.ofWireName(given(root.path("channel_data"), "direction")))
                .or(() -> CallDirection.ofWireName(variables.text("direction"))).orElse(null);
    }

    private String tenant(ChannelVariables variables, String callee) {
        for (String header : tenants.headers()) {
            String name = header.startsWith(VARIABLE)
                    ? header.substring(VARIABLE.length())
                    : header.equals(PRESENCE_ID) ? "presence_id" : null;
            String tenant = name == null ? null : TenantRules.domain(variables.text(name));
            if (tenant != null) {
                return tenant;
            }
        }
        return callee == null ? null : tenants.byNumber().get(callee);
    }

    private static String parent(ChannelVariables variables, JsonNode profile, String uuid) {
        String parent = either(variables.text("originator"), variables.text("cc_member_session_uuid"));
        JsonNode originators = profile.path("originator").path("originator_caller_profiles");
        parent = either(parent, given(originators.path(0), "uuid"));
        return uuid.equals(parent) ? null : parent;
    }

    private static String given(JsonNode object, String name) {
        return LegIdentity.given(object.path(name).asString(""));
    }

    private static String either(String one, String other) {
        return one != null ? one : other;
    }

    private static String required(String field, String value) throws UnusableCdrException {
        if (value == null) {
            throw new UnusableCdrException(field + ": missing (expected: a text)");
        }
        return value;
    }

    private static long required(String field, long value) throws UnusableCdrException {
        if (value <= 0) {
            throw new UnusableCdrException(field + ": missing or no time (expected: microseconds since 1970)");
        }
        return value;
    }

    /** FreeSWITCH writes times as signed decimals; those before 1970 are what a clock step left behind, and as good as none. */
    static long time(String text) {
        try {
            return text == null ? 0 : Math.max(0, Long.parseLong(text.strip()));
        } catch (NumberFormatException e) {
            // Not a number: not a time.
            return 0;
        }
    }
}

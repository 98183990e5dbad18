package io.offhook.ingestor.cdr;

import java.nio.charset.StandardCharsets;
import java.util.List;

import io.offhook.model.LegIdentity;
import tools.jackson.databind.JsonNode;

/**
 * The {@code variables} of a CDR, decoded where FreeSWITCH has encoded them.
 *
 * <p>With {@code encode-values=true}, which is mod_json_cdr's default, each value is percent-encoded inside the JSON; without, a value
 * may hold the very text {@code %41} because a caller's name does. The document does not say which it is, and no single value of a
 * caller's can tell. So the decision is made once per document, from values that no caller writes and whose form is known:
 * FreeSWITCH's own time stamps ({@code 2026-11-22 20:21:52}, set at each hangup by switch_channel_set_timestamps), whose blank and
 * colons its encoder never leaves as they are. With a blank they prove the document plain, with {@code %20} they prove it encoded.
 * Without a stamp nothing is decoded: an escape left in place does less harm than a text that nobody sent.
 *
 * <p>Where it is encoded, the text {@code %41} of a caller cannot be told from an {@code A}, because FreeSWITCH's encoder leaves what
 * looks like an escape as it is (switch_utils.c, switch_url_encode_opt). {@code encode-values=false} avoids that.
 */
final class ChannelVariables {

    private static final List<String> STAMPS = List.of("start_stamp", "end_stamp", "profile_start_stamp");

    private final JsonNode variables;
    private final boolean encoded;

    ChannelVariables(JsonNode variables) {
        this.variables = variables;
        this.encoded = STAMPS.stream().map(name -> variables.path(name).asString(""))
                .filter(stamp -> !stamp.isEmpty()).findFirst()
                .map(stamp -> stamp.contains("%20") && stamp.indexOf(' ') < 0).orElse(false);
    }

    /** @return {@code null} where FreeSWITCH gave nothing */
    String text(String name) {
        String value = variables.path(name).asString("");
        return LegIdentity.given(encoded ? decoded(value) : value);
    }

    /** Microseconds since the epoch; 0 for "not happened", which absent, negative and unreadable values are too. */
    long time(String name) {
        return CdrReader.time(text(name));
    }

    /** Percent escapes only, a plus sign is one; what is no escape stays, bytes that are no UTF-8 become U+FFFD. */
    private static String decoded(String value) {
        if (value.indexOf('%') < 0) {
            return value;
        }
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        int length = 0;
        for (int i = 0; i < bytes.length; i++) {
            int high = i + 2 < bytes.length && bytes[i] == '%' ? Character.digit(bytes[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(bytes[i + 2], 16);
            if (low < 0) {
                bytes[length++] = bytes[i];
            } else {
                bytes[length++] = (byte) (high << 4 | low);
                i += 2;
            }
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }
}

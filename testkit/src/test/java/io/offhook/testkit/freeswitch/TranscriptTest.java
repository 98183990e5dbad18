package io.offhook.testkit.freeswitch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What the real FreeSWITCH answered in s30 and s31, sent again to the simulated one. */
class TranscriptTest {
    private static final Pattern SENT = Pattern.compile("<<<SENT (.*)>>>\n");
    private static final Pattern QUOTED = Pattern.compile("b'((?:[^'\\\\]|\\\\.)*)'");

    /** One section: what was sent, and what came before, between and after. */
    record Section(String title, List<List<String>> sent, List<String> received, boolean eof) {
        @Override
        public String toString() {
            return title;
        }
    }

    static List<Section> sections() {
        List<Section> sections = new ArrayList<>();
        String[] parts = ("\n" + Captures.text("s30_auth_acl.transcript.txt")).split("\n===== ");
        for (String part : Arrays.copyOfRange(parts, 1, parts.length)) {
            int line = part.indexOf('\n');
            String text = part.substring(line + 1);
            boolean eof = text.contains("<<EOF>>");
            List<List<String>> sent = new ArrayList<>();
            List<String> received = new ArrayList<>();
            Matcher matcher = SENT.matcher(text);
            int end = 0;
            while (matcher.find()) {
                received.add(text.substring(end, matcher.start()));
                sent.add(quoted(matcher.group(1)));
                end = matcher.end();
            }
            received.add(text.substring(end).replace("<<EOF>>", ""));
            sections.add(new Section(part.substring(0, line), sent, received, eof));
        }
        assertThat(sections).hasSize(12);
        return sections;
    }

    private static List<String> quoted(String python) {
        List<String> pieces = new ArrayList<>();
        Matcher matcher = QUOTED.matcher(python);
        while (matcher.find()) {
            pieces.add(matcher.group(1).replace("\\n", "\n").replace("\\r", "\r"));
        }
        return pieces;
    }

    @ParameterizedTest
    @MethodSource("sections")
    void answersAsTheRealOneDid(Section section) throws IOException {
        EslUser user = new EslUser("esl@tenant-a.example", "eslpw",
                List.of("CHANNEL_CREATE", "CHANNEL_ANSWER", "CHANNEL_HANGUP_COMPLETE", "HEARTBEAT"),
                List.of("show", "status"), false);
        SwitchOptions options = SwitchOptions.defaults().withUsers(List.of(user))
                .withDeniedAddresses(Set.of("127.0.0.2"));
        String source = section.title.contains("127.0.0.2") ? "127.0.0.2" : "127.0.0.1";
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start(options);
                RawClient client = new RawClient(server, source, 0)) {
            for (int i = 0; i < section.received.size(); i++) {
                if (i > 0) {
                    for (String piece : section.sent.get(i - 1)) {
                        client.send(piece);
                    }
                }
                boolean last = i == section.received.size() - 1;
                // The recorder put newlines of its own around what it received.
                String expected = masked(section.received.get(i)).strip();
                String received = last && section.eof
                        ? new String(client.rest(), StandardCharsets.UTF_8)
                        : frames(client, section.received.get(i));
                assertThat(masked(received).strip()).isEqualTo(expected);
            }
        }
    }

    private static String frames(RawClient client, String expected) throws IOException {
        int count = expected.split("Content-Type: ", -1).length - 1;
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            String head = client.until("\n\n");
            text.append(head);
            Matcher length = Pattern.compile("Content-Length: (\\d+)").matcher(head);
            if (length.find()) {
                text.append(new String(client.bytes(Integer.parseInt(length.group(1))), StandardCharsets.UTF_8));
            }
        }
        return text.toString();
    }

    /** Uptime, counters, their lengths and uuids differ from run to run. */
    private static String masked(String text) {
        return text.replaceAll("[0-9a-f]{8}-[0-9a-f-]{27}", "UUID").replaceAll("(?m)^(UP |\\d+ session).*$", "COUNTED")
                .replaceAll("Content-Length: (37\\d|36\\d|3[3-5]\\d)\n", "Content-Length: STATUS\n")
                .replaceAll("(?m)^\\d{1,4}$", "UPTIME")
                .replaceAll("Content-Length: [24]\n", "Content-Length: UPTIME\n");
    }

    @Test
    void aClientThatNeverAuthenticatesGetsTheNoticeOfS31AndIsClosed() throws IOException {
        String recorded = Captures.text("s31_auth_timeout.txt");
        String expected = quoted(recorded.substring(recorded.indexOf("b'"))).getFirst();
        SwitchOptions options = SwitchOptions.defaults().withAuthTimeout(Duration.ofMillis(50));
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start(options);
                RawClient client = new RawClient(server)) {
            assertThat(new String(client.rest(), StandardCharsets.UTF_8)).isEqualTo(expected);
        }
    }

    @Test
    void anAuthenticatedClientOutlivesTheTimeOut() throws IOException {
        SwitchOptions options = SwitchOptions.defaults().withAuthTimeout(Duration.ofMillis(100))
                .withHeartbeat(Duration.ofMillis(120));
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start(options);
                RawClient client = RawClient.subscribed(server, "event json HEARTBEAT")) {
            client.event("HEARTBEAT");
            client.event("HEARTBEAT");
            assertThat(client.command("api uuid_exists x").text()).isEqualTo("false");
        }
    }
}

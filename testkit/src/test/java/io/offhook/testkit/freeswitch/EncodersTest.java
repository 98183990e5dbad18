package io.offhook.testkit.freeswitch;

import java.nio.charset.StandardCharsets;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

class EncodersTest {

    static List<String> captures() {
        return Captures.names();
    }

    @ParameterizedTest
    @MethodSource("captures")
    void bothEncodersReproduceEveryCapturedFrame(String name) {
        Capture capture = Captures.open(name);
        assertThat(capture.events()).isNotEmpty();
        for (Capture.Frame frame : capture.frames()) {
            if (frame.event() != null) {
                assertThat(text(frame.event().frame(EventFormat.JSON))).isEqualTo(text(frame.json()));
                assertThat(text(frame.event().frame(EventFormat.PLAIN))).isEqualTo(text(frame.plain()));
            }
        }
    }

    @Test
    void plainLeavesUpperCasePercentPairsAloneAndEncodesTheRest() {
        assertThat(plain("100%25 %41 %0a a+b, it's/ü|"))
                .isEqualTo("X: 100%25%20%41%20%250a%20a%2Bb,%20it's/%C3%BC%7C\n\n");
        assertThat(plain("50%")).isEqualTo("X: 50%25\n\n");
        assertThat(plain("")).isEqualTo("X: _undef_\n\n");
    }

    @Test
    void jsonPassesBytesThatAreNoUtf8AndEscapesControls() {
        byte[] latin1 = {'Z', (byte) 0xfc, '"', '\r', 1, 0x7f};
        byte[] json = JsonEncoder.encode(EventData.of(List.of(Header.ofBytes("X", latin1))));
        assertThat(new String(json, StandardCharsets.ISO_8859_1)).isEqualTo("{\"X\":\"Z\u00fc\\\"\\r\\u0001\u007f\"}");
        assertThat(plainOf(Header.ofBytes("X", new byte[]{(byte) 0xfc}))).isEqualTo("X: %FC\n\n");
    }

    @Test
    void arraysDuplicatesAndBodiesKeepTheirShape() {
        EventData event = new EventData(
                List.of(Header.of("A", "1"), Header.of("A", "1"), Header.array("V", List.of("a b", "c"))),
                "x\n\n".getBytes(StandardCharsets.UTF_8));
        assertThat(text(event.encode(EventFormat.JSON)))
                .isEqualTo(
                        "{\"A\":\"1\",\"A\":\"1\",\"V\":[\"a b\",\"c\"],\"Content-Length\":\"3\",\"_body\":\"x\\n\\n\"}");
        assertThat(text(event.encode(EventFormat.PLAIN)))
                .isEqualTo("A: 1\nA: 1\nV: ARRAY%3A%3Aa%20b%7C%3Ac\nContent-Length: 3\n\nx\n\n");
    }

    private static String plain(String value) {
        return plainOf(Header.of("X", value));
    }

    private static String plainOf(Header header) {
        return text(PlainEncoder.encode(EventData.of(List.of(header))));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}

package io.offhook.ingestor.esl;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class EslEventTest {

    @Test
    void jsonKeepsTheFirstOfARepeatedKeyAndTheFirstOfAnArray() throws Exception {
        EslEvent event = json(
                "{\"Hangup-Cause\":\"USER_BUSY\",\"Hangup-Cause\":\"X\",\"a\":[\"1\",\"2\"],\"b\":[],\"c\":\"\",\"d\":null,\"e\":7}");
        assertThat(event.header("Hangup-Cause")).isEqualTo("USER_BUSY");
        assertThat(event.header("a")).isEqualTo("1");
        assertThat(event.header("b")).isNull();
        assertThat(event.header("c")).isNull();
        assertThat(event.header("d")).isNull();
        assertThat(event.number("e")).isEqualTo(7);
        assertThat(event.header("absent")).isNull();
    }

    @Test
    void jsonDecodesEscapesAndPutsTheReplacementCharacterForInvalidUtf8() throws Exception {
        byte[] body = "{\"n\":\"Zo\u00eb \\\"Z\\\" \\r\\nX: \\u00e9\\/\\ud83d\\ude00\",\"l\":\"M?ller\"}"
                .getBytes(StandardCharsets.UTF_8);
        body[new String(body, StandardCharsets.ISO_8859_1).indexOf('?')] = (byte) 0xFC;
        EslEvent event = JsonEvent.of(body);
        assertThat(event.header("n")).isEqualTo("Zo\u00eb \"Z\" \r\nX: \u00e9/\ud83d\ude00");
        assertThat(event.header("l")).isEqualTo("M\uFFFDller");
    }

    @Test
    void namesAreMatchedWhole() throws Exception {
        EslEvent event = json("{\"variable_Event-Name\":\"REQUEST_PARAMS\",\"Event-Name\":\"CHANNEL_CREATE\"}");
        assertThat(event.name()).isEqualTo("CHANNEL_CREATE");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"a\"", "{\"a\":", "{\"a\":\"b", "{\"a\":\"b\"", "{\"a\":\"b\",}",
            "{\"a\":\"b\"}x", "[]",
            "{\"a\":[\"b\"}", "{\"a\" \"b\"}", "{a:1}"})
    void jsonThatIsNotOneWholeObjectIsMalformed(String body) {
        assertThatThrownBy(() -> json(body)).isInstanceOf(MalformedEventException.class);
    }

    @Test
    void plainDecodesPercentEscapesOnly() throws Exception {
        EslEvent event = plain(
                "A: 1%2B1%20%3D%202+0\nB: Z%C3%BCrich\nC: M%FCller\nD: 100%\nE: _undef_\nF: ARRAY::x|:y\nG: %4\nH:\n\n");
        assertThat(event.header("A")).isEqualTo("1+1 = 2+0");
        assertThat(event.header("B")).isEqualTo("Z\u00fcrich");
        assertThat(event.header("C")).isEqualTo("M\uFFFDller");
        assertThat(event.header("D")).isEqualTo("100%");
        assertThat(event.header("E")).isNull();
        assertThat(event.header("F")).isEqualTo("x");
        assertThat(event.header("G")).isEqualTo("%4");
        assertThat(event.header("H")).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A: b", "A: b\n", "A: b\n\nrest", "A: b\nContent-Length: 5\n\nabc", "no colon\n\n"})
    void plainThatIsNotWholeIsMalformed(String body) {
        assertThatThrownBy(() -> plain(body)).isInstanceOf(MalformedEventException.class);
    }

    @Test
    void plainKeepsTheFirstOfARepeatedNameAndLineEndsInsideAValue() throws Exception {
        EslEvent event = plain("Hangup-Cause: USER_BUSY\nHangup-Cause: X\nN: Zo%C3%AB%20%22Z%22%20%0D%0AX:%20y\n\n");
        assertThat(event.header("Hangup-Cause")).isEqualTo("USER_BUSY");
        assertThat(event.header("N")).isEqualTo("Zo\u00eb \"Z\" \r\nX: y");
        assertThat(event.header("X")).isNull();
    }

    @Test
    void arraysWithoutEndAreMalformedNotAFullStack() {
        assertThatThrownBy(() -> json("{\"a\":" + "[".repeat(1_000_000))).isInstanceOf(MalformedEventException.class);
    }

    @Test
    void aNumberThatIsNoneReadsAsNotHappened() throws Exception {
        EslEvent event = json("{\"a\":\"12x\",\"b\":\"-3597\",\"c\":\"99999999999999999999\"}");
        assertThat(event.number("a")).isZero();
        assertThat(event.number("b")).isEqualTo(-3597);
        assertThat(event.number("c")).isZero();
    }

    private static EslEvent json(String body) throws MalformedEventException {
        return JsonEvent.of(body.getBytes(StandardCharsets.UTF_8));
    }

    private static EslEvent plain(String body) throws MalformedEventException {
        return PlainEvent.of(body.getBytes(StandardCharsets.UTF_8));
    }
}

package io.offhook.sender;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class ReservedHeadersTest {

    @ParameterizedTest
    @ValueSource(strings = {"content-type", "Content-Type", "user-agent", "webhook-id", "webhook-timestamp",
            "webhook-signature",
            "ce-id", "CE-anything", "offhook-attempt", "offhook-endpoint-id", "offhook-replay-id", "host",
            "content-length",
            "transfer-encoding", "connection", "keep-alive", "te", "trailer", "upgrade", "expect", "accept-encoding",
            "proxy-authorization", "Proxy-Connection"})
    void namesOfOursAndOfTheConnectionAreRefused(String name) {
        assertThat(ReservedHeaders.refusal(name, "x")).hasValueSatisfying(why -> assertThat(why).contains("reserved"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a:b", "a\r\nb", "ä", "a/b", "(a)", "a\0"})
    void namesThatAreNoTokenAreRefused(String name) {
        assertThat(ReservedHeaders.refusal(name, "x")).hasValueSatisfying(why -> assertThat(why).contains("token"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nb: c", "a\nb", "a\rb", "\0", "\u007f", "ä"})
    void valuesThatCouldBeginALineAreRefused(String value) {
        assertThat(ReservedHeaders.refusal("x-team", value)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"x-team", "authorization", "X-Custom_1.2", "webhook-other", "offhook-other", "cex",
            "accept"})
    void otherNamesAreFine(String name) {
        assertThat(ReservedHeaders.refusal(name, "Bearer abc\t~")).isEmpty();
    }
}

package io.offhook.sender;

import java.util.Base64;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class SigningSecretTest {

    @ParameterizedTest
    @ValueSource(ints = {24, 25, 32, 63, 64})
    void readsWhatItReveals(int bytes) {
        String text = "whsec_" + Base64.getEncoder().encodeToString(new byte[bytes]);

        assertThat(SigningSecret.parse(text).reveal()).isEqualTo(text);
        assertThat(SigningSecret.parse(text)).isEqualTo(SigningSecret.parse(text))
                .hasSameHashCodeAs(SigningSecret.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "whsec_", "whsec_AAAA", "secret", "whsec_!!!notbase64!!!notbase64!!!notbase64"})
    void refusesOthersWithoutRepeatingThem(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> SigningSecret.parse(text))
                .withMessageContaining("24-64 bytes")
                .withMessageNotContaining("notbase64").withNoCause();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 23, 65})
    void refusesOtherLengths(int bytes) {
        String text = "whsec_" + Base64.getEncoder().encodeToString(new byte[bytes]);

        assertThatIllegalArgumentException().isThrownBy(() -> SigningSecret.parse(text))
                .withMessageContaining(bytes + " bytes");
    }

    @Test
    void generatesAnotherEachTimeAndHidesIt() {
        SigningSecret secret = SigningSecret.generate();

        assertThat(secret).isNotEqualTo(SigningSecret.generate()).isEqualTo(SigningSecret.parse(secret.reveal()));
        assertThat(secret.toString()).doesNotContain(secret.reveal().substring(6));
    }
}

package io.offhook.sender;

import java.time.Duration;

import io.offhook.sender.Reputation.Standing;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ReputationTest {

    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final Reputation reputation = new Reputation(Duration.ofMinutes(5));

    @Test
    void newNameIsProvenByAnAnswerForAsLongAsItIsRemembered() {
        assertThat(reputation.standing(0)).isEqualTo(Standing.NEW);
        reputation.answered(0);
        assertThat(reputation.standing(5 * MINUTE - 1)).isEqualTo(Standing.PROVEN);
        assertThat(reputation.standing(5 * MINUTE)).isEqualTo(Standing.NEW);
    }

    @Test
    void threeAnswersInARowEndTrouble() {
        reputation.failed(0);
        reputation.answered(1);
        reputation.answered(2);
        assertThat(reputation.standing(2)).isEqualTo(Standing.FAILED);
        reputation.answered(3);
        assertThat(reputation.standing(3)).isEqualTo(Standing.PROVEN);
    }

    @Test
    void answersBetweenTroublesDoNotAddUp() {
        reputation.hung(0);
        for (int i = 1; i < 20; i += 3) {
            reputation.answered(i);
            reputation.answered(i + 1);
            reputation.hung(i + 2);
            assertThat(reputation.standing(i + 2)).isEqualTo(Standing.HUNG);
        }
    }

    @Test
    void nameThatHungAndThenFailsInTimeStillCountsAsOneThatHangs() {
        reputation.hung(0);
        reputation.failed(1);
        assertThat(reputation.standing(1)).isEqualTo(Standing.HUNG);
    }

    @Test
    void troubleIsForgottenAfterTheMemory() {
        reputation.answered(0);
        reputation.hung(MINUTE);
        reputation.answered(3 * MINUTE);
        assertThat(reputation.standing(6 * MINUTE)).as("the memory begins with the trouble").isEqualTo(Standing.NEW);
        reputation.answered(6 * MINUTE);
        assertThat(reputation.standing(6 * MINUTE)).isEqualTo(Standing.PROVEN);
    }
}

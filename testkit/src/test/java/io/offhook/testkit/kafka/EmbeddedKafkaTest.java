package io.offhook.testkit.kafka;

import java.nio.file.Files;
import java.nio.file.Path;

import org.apache.kafka.common.errors.TopicExistsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class EmbeddedKafkaTest {

    @Test
    void recordsTopicsAndCommittedOffsetsSurviveARestartOnTheSamePort(@TempDir Path directory) throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.at(directory, 0).start()) {
            TopicProbe probe = new TopicProbe(kafka.bootstrapServers(), "calls");
            probe.create();
            probe.produce("one", "two");
            assertThat(probe.consume("classic", "old-protocol", 1)).isNotEmpty();
            assertThat(probe.consume("consumer", "new-protocol", 2)).containsExactly("one", "two");

            int port = kafka.port();
            kafka.restart();

            assertThat(kafka.port()).isEqualTo(port);
            assertThatThrownBy(probe::create).hasCauseInstanceOf(TopicExistsException.class);
            probe.produce("three");
            assertThat(probe.consume("consumer", "new-protocol", 1)).containsExactly("three");
            assertThat(probe.consume("classic", "from-the-start", 3)).containsExactly("one", "two", "three");
        }
        assertThat(directory).isNotEmptyDirectory();
    }

    @Test
    void aTemporaryBrokerLeavesNothingBehindAndRefusesASecondStart() {
        EmbeddedKafka kafka = EmbeddedKafka.temporary().start();
        try (kafka) {
            assertThatIllegalStateException().isThrownBy(kafka::start).withMessageContaining("runs already");
            assertThat(kafka.directory()).isNotEmptyDirectory();
        }
        assertThat(kafka.isRunning()).isFalse();
        assertThat(Files.exists(kafka.directory())).isFalse();
    }
}

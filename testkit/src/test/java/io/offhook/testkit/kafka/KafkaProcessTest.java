package io.offhook.testkit.kafka;

import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class KafkaProcessTest {

    @Test
    void acknowledgedRecordsSurviveSigkillOnTheSameDirectoryAndPort(@TempDir Path directory) throws Exception {
        try (KafkaProcess kafka = KafkaProcess.at(directory, 0).start()) {
            TopicProbe probe = new TopicProbe(kafka.bootstrapServers(), "calls");
            probe.create();
            probe.produce("one", "two");

            kafka.kill();
            assertThat(kafka.isRunning()).isFalse();
            kafka.start();

            probe.produce("three");
            assertThat(probe.consume("consumer", "group", 3)).containsExactly("one", "two", "three");
            kafka.stop();
            assertThat(kafka.isRunning()).isFalse();
        }
    }
}

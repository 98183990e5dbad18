package io.offhook.runtime;

import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.web.server.PortInUseException;

import static org.assertj.core.api.Assertions.assertThat;

class StartFailureTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "offhook.topic.partitions=0      | OFFHOOK_TOPIC_PARTITIONS: \"0\" (expected: a whole number from 1 to 1000)",
            "offhook.topic.partitions=many   | OFFHOOK_TOPIC_PARTITIONS: \"many\" (expected: a whole number)",
            "offhook.topic.replication=10    | OFFHOOK_TOPIC_REPLICATION: \"10\" (expected: a whole number from 1 to 9)",
            "offhook.topic.retention=seven   | OFFHOOK_TOPIC_RETENTION: \"seven\" (expected: a duration such as 500ms, 30s, 2m or 24h)",
            "offhook.topic.retention=1s      | OFFHOOK_TOPIC_RETENTION: \"PT1S\" (expected: a duration of at least 1m)",
            "offhook.topic.prefix=a/b        | OFFHOOK_TOPIC_PREFIX: \"a/b\" (expected: at most 200 letters, digits, dots, hyphens and underscores)"})
    void aBadSettingIsOneLineThatNamesVariableValueAndWhatIsAllowed(String setting, String line) {
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(KafkaAutoConfiguration.class, ServiceRuntimeConfiguration.class))
                .withPropertyValues(setting)
                .run(context -> assertThat(StartFailure.explain(context.getStartupFailure())).contains(line));
    }

    @Test
    void aTakenPortIsNamedByItsVariable() {
        assertThat(StartFailure.explain(new IllegalStateException(new PortInUseException(8081))))
                .contains("SERVER_PORT: \"8081\" (expected: a free port; another process listens on this one)");
    }

    @Test
    void aBrokerOrDatabaseAddressThatCannotBeUsedIsNamedByItsVariable() {
        assertThat(StartFailure
                .explain(new IllegalStateException(new ConfigException("Invalid url in bootstrap.servers: x"))))
                .hasValueSatisfying(
                        line -> assertThat(line).startsWith("SPRING_KAFKA_BOOTSTRAP_SERVERS: ").contains("host:port"));
        assertThat(
                StartFailure.explain(
                        new BeanCreationException("dataSource", "Failed to load driver class com.mysql.cj.jdbc.Driver",
                                new IllegalStateException("Failed to load driver class com.mysql.cj.jdbc.Driver"))))
                .contains(
                        "SPRING_DATASOURCE_URL: Failed to load driver class com.mysql.cj.jdbc.Driver (expected: jdbc:postgresql://host:port/database)");
    }

    @Test
    void theValueOfASecretIsNotShown() {
        assertThat(new InvalidSettingException("offhook.freeswitch.password", "x\ny", "one line").getMessage())
                .isEqualTo("OFFHOOK_FREESWITCH_PASSWORD: (not shown) (expected: one line)");
    }

    @Test
    void aFailureThatNoSettingExplainsIsLeftToTheLog() {
        assertThat(StartFailure.explain(new IllegalStateException("something else"))).isEmpty();
    }
}

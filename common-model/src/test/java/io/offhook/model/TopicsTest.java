package io.offhook.model;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TopicsTest {

    @Test
    void topicsAndGroupsFollowThePrefix() {
        var topics = new Topics("acme.");

        assertThat(topics.callCdrs()).isEqualTo("acme.call.cdrs");
        assertThat(topics.ingestorGroup()).isEqualTo("acme-ingestor");
        assertThat(topics.dispatcherGroup()).isEqualTo("acme-dispatcher");
        assertThat(topics.retryPersisterGroup()).isEqualTo("acme-retry-persister");
        assertThat(topics.attemptPersisterGroup()).isEqualTo("acme-attempt-persister");
    }

    @Test
    void aGroupWithoutAPrefixBearsItsRoleAlone() {
        assertThat(new Topics("").ingestorGroup()).isEqualTo("ingestor");
    }

    @Test
    void aPrefixThatKafkaWouldRefuseIsRefusedByName() {
        assertThatThrownBy(() -> new Topics("a/b")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("prefix: \"a/b\" (expected: ");
    }
}

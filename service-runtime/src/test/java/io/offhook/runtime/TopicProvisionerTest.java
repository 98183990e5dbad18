package io.offhook.runtime;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.offhook.model.Topics;
import io.offhook.testkit.kafka.EmbeddedKafka;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class TopicProvisionerTest {

    private static EmbeddedKafka broker;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = EmbeddedKafka.temporary();
        broker.start();
    }

    @AfterAll
    static void stopBroker() throws Exception {
        broker.close();
    }

    @Test
    void topicsAreMadeWithTheirPartitionsAndAppendTimeWhoeverComesFirst() throws Exception {
        var topics = new Topics("new.");
        try (Admin admin = admin(); var one = provisioner("new."); var other = provisioner("new.")) {
            assertThat(one.ready().get(30, TimeUnit.SECONDS)).isEqualTo(5);
            assertThat(other.ready().get(30, TimeUnit.SECONDS)).isEqualTo(5);
            assertThat(partitions(admin, topics.callEvents())).isEqualTo(5);
            assertThat(partitions(admin, topics.callLegs())).isEqualTo(5);
            assertThat(partitions(admin, topics.callCdrs())).isEqualTo(5);
            assertThat(partitions(admin, topics.webhookRetries())).isEqualTo(5);
            assertThat(partitions(admin, topics.webhookAttempts())).isEqualTo(12);
            assertThat(config(admin, topics.callEvents()).get("message.timestamp.type").value())
                    .isEqualTo("LogAppendTime");
            assertThat(config(admin, topics.callEvents()).get("retention.ms").value()).isEqualTo("604800000");
            assertThat(config(admin, topics.callLegs()).get("cleanup.policy").value()).isEqualTo("compact");
        }
    }

    @Test
    void anExistingEventsTopicStaysAsItIsAndTheOthersFollowIt() throws Exception {
        var topics = new Topics("old.");
        try (Admin admin = admin()) {
            admin.createTopics(List.of(new NewTopic(topics.callEvents(), 3, (short) 1))).all().get(30,
                    TimeUnit.SECONDS);
            try (var provisioner = provisioner("old.")) {
                assertThat(provisioner.ready().get(30, TimeUnit.SECONDS)).isEqualTo(3);
            }
            assertThat(partitions(admin, topics.webhookRetries())).isEqualTo(3);
        }
    }

    @Test
    void nothingBeginsBeforeTheTopicsOfLegsHaveEquallyManyPartitions() throws Exception {
        var topics = new Topics("unequal.");
        var said = new ListAppender<ILoggingEvent>();
        said.list = new CopyOnWriteArrayList<>();
        said.start();
        var logger = (Logger) LoggerFactory.getLogger(TopicProvisioner.class);
        logger.addAppender(said);
        try (Admin admin = admin()) {
            admin.createTopics(List.of(new NewTopic(topics.callEvents(), 3, (short) 1),
                    new NewTopic(topics.callLegs(), 2, (short) 1), new NewTopic(topics.webhookRetries(), 2, (short) 1)))
                    .all().get(30, TimeUnit.SECONDS);
            try (var provisioner = provisioner("unequal.")) {
                for (String topic : List.of(topics.callLegs(), topics.webhookRetries())) {
                    await().atMost(Duration.ofSeconds(30)).until(() -> said.list.stream()
                            .anyMatch(event -> event.getFormattedMessage().contains(
                                    topic + " has 2 partitions and must have 3")));
                    assertThat(provisioner.ready()).isNotDone();
                    admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(3))).all().get(30, TimeUnit.SECONDS);
                }
                assertThat(provisioner.ready().get(30, TimeUnit.SECONDS)).isEqualTo(3);
            }
        } finally {
            logger.detachAppender(said);
        }
    }

    @Test
    void whatIsReadyCanBeWrittenAtOnce() throws Exception {
        // Without a repetition, the refusal of a leader that does not know of itself yet would be the end.
        Map<String, Object> once = Map.of("bootstrap.servers", broker.bootstrapServers(), "retries", 0,
                "enable.idempotence", false);
        for (int i = 0; i < 5; i++) {
            String prefix = "written" + i + ".";
            try (var provisioner = provisioner(prefix);
                    var producer = new KafkaProducer<>(once, new ByteArraySerializer(), new ByteArraySerializer())) {
                int partitions = provisioner.ready().get(30, TimeUnit.SECONDS);
                for (int partition = 0; partition < partitions; partition++) {
                    var sent = producer.send(new ProducerRecord<>(new Topics(prefix).callEvents(), partition, null,
                            new byte[1]));
                    assertThat(sent.get(30, TimeUnit.SECONDS).offset()).isZero();
                }
            }
        }
    }

    private static TopicProvisioner provisioner(String prefix) {
        var kafka = new KafkaProperties();
        kafka.setBootstrapServers(List.of(broker.bootstrapServers()));
        return new TopicProvisioner(new TopicSettings(prefix, null, 5, Duration.ofDays(7)), kafka);
    }

    private static Admin admin() {
        return Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers()));
    }

    private static int partitions(Admin admin, String topic) throws Exception {
        return admin.describeTopics(List.of(topic)).allTopicNames().get(30, TimeUnit.SECONDS).get(topic).partitions()
                .size();
    }

    private static Config config(Admin admin, String topic) throws Exception {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return admin.describeConfigs(List.of(resource)).all().get(30, TimeUnit.SECONDS).get(resource);
    }
}

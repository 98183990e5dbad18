package io.offhook.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

import io.offhook.model.Topics;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;

/**
 * Makes the topics before their first use, and goes on trying while the broker is away. The topics keyed by leg uuid have as many
 * partitions as the events topic is found to have, so that the owner of a partition of one can read the matching one of another.
 */
public final class TopicProvisioner implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(TopicProvisioner.class);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);
    private static final int CALL_SECONDS = 10;
    private static final int ATTEMPT_PARTITIONS = 12;

    private final TopicSettings settings;
    private final Map<String, Object> clientProperties;
    private final CompletableFuture<Integer> ready = new CompletableFuture<>();
    private final Thread thread;

    public TopicProvisioner(TopicSettings settings, KafkaProperties kafka) {
        this.settings = settings;
        this.clientProperties = kafka.buildAdminProperties();
        clientProperties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, CALL_SECONDS * 1000);
        clientProperties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, CALL_SECONDS * 500);
        this.thread = Thread.ofVirtual().name("topic-provisioner").start(this::untilDone);
    }

    /** Completes with the partition count of the events topic once all topics are there; cancelled by {@link #close()}. */
    public CompletableFuture<Integer> ready() {
        return ready;
    }

    private void untilDone() {
        try {
            Admin admin = Admin.create(clientProperties);
            try {
                ensureUntilDone(admin);
            } finally {
                // What is under way is of no use any more, so nobody waits for it.
                admin.close(Duration.ZERO);
            }
        } catch (InterruptedException e) {
            ready.cancel(false);
        } catch (RuntimeException e) {
            log.error("topics cannot be made", e);
            ready.completeExceptionally(e);
        }
    }

    private void ensureUntilDone(Admin admin) throws InterruptedException {
        boolean complained = false;
        String unequal = "";
        while (!ready.isDone()) {
            try {
                ready.complete(ensure(admin));
            } catch (UnequalPartitionsException e) {
                // One topic is found after the other, and each has to be named.
                if (!e.getMessage().equals(unequal)) {
                    unequal = e.getMessage();
                    log.error("{}, trying again every {} s until it has", unequal, RETRY.toSeconds());
                }
                TimeUnit.SECONDS.sleep(RETRY.toSeconds());
            } catch (ExecutionException | TimeoutException e) {
                if (!complained && !isBeingMade(e)) {
                    log.warn(
                            "topics are not there yet, trying again every {} s until they are: SPRING_KAFKA_BOOTSTRAP_SERVERS={}: {}",
                            RETRY.toSeconds(), clientProperties.get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG),
                            reason(e));
                    complained = true;
                }
                TimeUnit.SECONDS.sleep(RETRY.toSeconds());
            }
        }
    }

    /** A topic that was just made is not known to every broker at once. */
    private static boolean isBeingMade(Exception e) {
        return e.getCause() instanceof UnknownTopicOrPartitionException;
    }

    private static String reason(Exception e) {
        Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
        return cause.getMessage() == null ? "no answer within " + CALL_SECONDS + " s" : cause.getMessage();
    }

    private int ensure(Admin admin) throws InterruptedException, ExecutionException, TimeoutException {
        Topics topics = settings.topics();
        create(admin, List.of(topic(topics.callEvents(), settings.partitions(), retained())));
        int partitions = awaitLeaders(admin, topics.callEvents());
        var others = new ArrayList<NewTopic>();
        // A start reads it whole; only segments that are closed are compacted, and each ended leg leaves four records.
        others.add(topic(topics.callLegs(), partitions,
                Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT,
                        TopicConfig.SEGMENT_MS_CONFIG, "600000", TopicConfig.SEGMENT_BYTES_CONFIG, "16777216",
                        TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.1",
                        TopicConfig.DELETE_RETENTION_MS_CONFIG, "3600000")));
        others.add(topic(topics.callCdrs(), partitions, retained()));
        others.add(topic(topics.webhookRetries(), partitions, retained()));
        others.add(topic(topics.webhookAttempts(), ATTEMPT_PARTITIONS, retained()));
        create(admin, others);
        for (NewTopic topic : others) {
            int found = awaitLeaders(admin, topic.name());
            if (found != partitions && !topic.name().equals(topics.webhookAttempts())) {
                throw new UnequalPartitionsException("topic %s has %d partitions and must have %d, as %s".formatted(
                        topic.name(), found, partitions, topics.callEvents()));
            }
        }
        return partitions;
    }

    /** Somebody has given one topic more partitions: then a leg's records do not lie where those who look for them read. */
    private static final class UnequalPartitionsException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnequalPartitionsException(String message) {
            super(message);
        }
    }

    private Map<String, String> retained() {
        return Map.of(TopicConfig.RETENTION_MS_CONFIG, Long.toString(settings.retention().toMillis()));
    }

    private NewTopic topic(String name, int partitions, Map<String, String> extra) {
        var config = new HashMap<>(extra);
        // Replay and audit go by the time of the append, which no client's clock can bend.
        config.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");
        return new NewTopic(name, Optional.of(partitions), Optional.ofNullable(settings.replication())).configs(config);
    }

    private static void create(Admin admin, List<NewTopic> topics)
            throws InterruptedException, ExecutionException, TimeoutException {
        for (var result : admin.createTopics(topics).values().values()) {
            try {
                result.get(CALL_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw e;
                }
                // Another process was first, today or long ago: its topic is used as found.
            }
        }
    }

    /**
     * Returns when the leader of each partition has answered for it. The controller names a leader before that broker knows of it, and
     * what is sent in between can leave a producer at odds with the broker for good (decision 022).
     *
     * @return how many partitions the topic has
     */
    private static int awaitLeaders(Admin admin, String name)
            throws InterruptedException, ExecutionException, TimeoutException {
        TopicDescription found = admin.describeTopics(List.of(name)).allTopicNames().get(CALL_SECONDS, TimeUnit.SECONDS)
                .get(name);
        admin.listOffsets(found.partitions().stream().collect(Collectors
                .toMap(partition -> new TopicPartition(name, partition.partition()), _ -> OffsetSpec.latest()))).all()
                .get(CALL_SECONDS, TimeUnit.SECONDS);
        return found.partitions().size();
    }

    /** Ends its client too, so that nothing of it logs into a service that starts next in this process. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(CLOSE_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

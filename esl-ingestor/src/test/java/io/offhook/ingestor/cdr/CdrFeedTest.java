package io.offhook.ingestor.cdr;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.offhook.model.Topics;
import io.offhook.testkit.kafka.EmbeddedKafka;
import io.offhook.testkit.kafka.TestTopics;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The feed on a real broker. Appends bear the producer's times here, so that a CDR can be as old as a test wants it. */
class CdrFeedTest {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);
    private static final long NOW = System.currentTimeMillis();
    private static final long LONG_AGO = NOW - Duration.ofHours(2).toMillis();
    private static EmbeddedKafka kafka;

    private final Topics topics = new Topics("f" + UUID.randomUUID().toString().substring(0, 8) + ".");
    private final List<CdrFeed> feeds = new ArrayList<>();
    private final List<String> used = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void startKafka() {
        kafka = EmbeddedKafka.temporary().start();
    }

    @AfterAll
    static void stopKafka() {
        kafka.close();
    }

    @AfterEach
    void stopFeeds() {
        feeds.forEach(CdrFeed::close);
    }

    @Test
    void handsOnWhatHasWaitedLongEnoughAndKeepsTheRestAtHand() throws Exception {
        makeTopic(kafka);
        produce(0, LONG_AGO, "old");
        produce(0, NOW, "new");

        CdrFeed feed = feed(cdr -> note(cdr, DONE));
        await().atMost(PATIENCE).until(() -> committed(0) == 1 && feed.waiting("new").isPresent());

        assertThat(used).containsExactly("old");
        assertThat(feed.waiting("new").map(CdrReport::hangupCause)).contains("USER_BUSY");
        assertThat(feed.waiting("old")).isEmpty();
        assertThat(feed.backlog()).isEqualTo(1);
    }

    @Test
    void whatWasNotUsedComesAgainAfterARestart() throws Exception {
        makeTopic(kafka);
        produce(1, LONG_AGO, "first", "second");
        feed(cdr -> note(cdr, cdr.uuid().equals("first") ? DONE : new CompletableFuture<>()));
        await().atMost(PATIENCE).until(() -> used.size() == 2);
        stopFeeds();
        used.clear();
        // The batch of the two was not over, so that both may come.
        feed(cdr -> note(cdr, DONE));

        await().atMost(PATIENCE).until(() -> committed(1) == 2);
        assertThat(used).contains("second");
        stopFeeds();
        used.clear();
        produce(1, LONG_AGO, "third");
        feed(cdr -> note(cdr, DONE));
        await().atMost(PATIENCE).until(() -> committed(1) == 3);
        assertThat(used).containsExactly("third");
    }

    @Test
    void oneThatFailsIsTriedAgainAndHoldsUpNoneButTheOffset() throws Exception {
        makeTopic(kafka);
        produce(2, LONG_AGO, "bad", "good");
        var failures = new AtomicInteger();
        var mended = new CompletableFuture<Void>();
        CdrFeed feed = feed(cdr -> {
            note(cdr, DONE);
            if (!cdr.uuid().equals("bad") || mended.isDone()) {
                return DONE;
            }
            if (failures.incrementAndGet() == 1) {
                throw new IllegalStateException("on the spot");
            }
            return CompletableFuture.failedFuture(new IllegalStateException("later"));
        });
        await().atMost(PATIENCE).until(() -> failures.get() >= 2);

        assertThat(used).contains("good");
        assertThat(committed(2)).isZero();
        assertThat(feed.waiting("bad")).isPresent();
        mended.complete(null);
        await().atMost(PATIENCE).until(() -> committed(2) == 2);
        assertThat(used.stream().filter("good"::equals)).hasSize(1);
    }

    @Test
    void memoryIsBoundedAndNothingIsPassedOver() throws Exception {
        makeTopic(kafka);
        for (int partition = 0; partition < 3; partition++) {
            int p = partition;
            produce(p, LONG_AGO, IntStream.range(0, 400).mapToObj(i -> p + "-" + i).toArray(String[]::new));
        }
        var gate = new CompletableFuture<Void>();
        CdrFeed feed = feed(Map.of("max-waiting", 100), cdr -> note(cdr, gate));
        await().atMost(PATIENCE).until(() -> feed.backlog() >= 100);
        assertThat(feed.backlog()).isLessThanOrEqualTo(200);
        gate.complete(null);

        await().atMost(PATIENCE).until(() -> committed(0) + committed(1) + committed(2) == 1200);
        assertThat(used).hasSize(1200).doesNotHaveDuplicates();
        assertThat(feed.backlog()).isZero();
    }

    @Test
    void eachOfTwoFeedsHandsOnAllCdrs() throws Exception {
        makeTopic(kafka);
        var other = new CopyOnWriteArrayList<String>();
        CdrFeed one = feed(cdr -> note(cdr, DONE));
        CdrFeed two = feed(cdr -> {
            other.add(cdr.uuid());
            return DONE;
        });
        // Both have read where to begin before there is anything to use.
        produce(0, NOW, "marker");
        await().atMost(PATIENCE).until(() -> one.waiting("marker").isPresent() && two.waiting("marker").isPresent());
        produce(1, LONG_AGO, "a", "b");
        produce(2, LONG_AGO, "c");

        await().atMost(PATIENCE).until(() -> used.size() == 3 && other.size() == 3);
        assertThat(used).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(other).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void somebodyElsesRecordsArePassedOver() throws Exception {
        makeTopic(kafka);
        try (var producer = producer(kafka)) {
            for (byte[] value : new byte[][]{null, {}, Cdrs.utf8("no CDR")}) {
                producer.send(new ProducerRecord<>(topics.callCdrs(), 0, LONG_AGO, (byte[]) null, value)).get();
            }
        }
        produce(0, LONG_AGO, "good");
        feed(cdr -> note(cdr, DONE));

        await().atMost(PATIENCE).until(() -> committed(0) == 4);
        assertThat(used).containsExactly("good");
    }

    @Test
    void aTopicAndABrokerThatComeLateAndGoAwayAreWaitedFor() throws Exception {
        try (var broker = EmbeddedKafka.temporary().start()) {
            broker.stop();
            CdrFeed feed = feed(broker, Map.of(), cdr -> note(cdr, DONE));
            broker.start();
            makeTopic(broker);
            produce(broker, 0, LONG_AGO, "before");
            await().atMost(PATIENCE).until(() -> used.contains("before"));
            broker.restart();
            produce(broker, 0, LONG_AGO, "after");
            await().atMost(PATIENCE).until(() -> used.contains("after") && feed.backlog() == 0);
            feed.close();
        }
    }

    @Test
    void aFeedThatWasNeverStartedAndOneWithoutABrokerClose() {
        new CdrFeed(topics, client(kafka), settings(Map.of()), new CdrReader(Cdrs.TENANTS), InstantSource.system(),
                _ -> DONE).close();
        try (var broker = EmbeddedKafka.temporary().start()) {
            broker.stop();
            feed(broker, Map.of(), cdr -> note(cdr, DONE)).close();
        }
        assertThat(used).isEmpty();
    }

    private CompletableFuture<Void> note(CdrReport cdr, CompletableFuture<Void> result) {
        used.add(cdr.uuid());
        return result;
    }

    private CdrFeed feed(CdrFeed.Use use) {
        return feed(Map.of(), use);
    }

    private CdrFeed feed(Map<String, Integer> settings, CdrFeed.Use use) {
        return feed(kafka, settings, use);
    }

    private CdrFeed feed(EmbeddedKafka broker, Map<String, Integer> settings, CdrFeed.Use use) {
        var feed = new CdrFeed(topics, client(broker), settings(settings), new CdrReader(Cdrs.TENANTS),
                InstantSource.fixed(Instant.ofEpochMilli(NOW)), use);
        feeds.add(feed);
        feed.start();
        return feed;
    }

    private static CdrSettings settings(Map<String, Integer> settings) {
        return new CdrSettings("", "", "", 1_048_576, Duration.ofSeconds(1), Duration.ofMinutes(10),
                Duration.ofHours(1), settings.getOrDefault("max-waiting", 20_000));
    }

    private static Map<String, Object> client(EmbeddedKafka broker) {
        return new HashMap<>(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    private void makeTopic(EmbeddedKafka broker) {
        TestTopics.make(broker.bootstrapServers(), new NewTopic(topics.callCdrs(), 3, (short) 1));
    }

    private long committed(int partition) throws Exception {
        try (var admin = Admin.create(client(kafka))) {
            return Optional.ofNullable(admin.listConsumerGroupOffsets(topics.ingestorGroup())
                    .partitionsToOffsetAndMetadata().get().get(new TopicPartition(topics.callCdrs(), partition)))
                    .map(offset -> offset.offset()).orElse(0L);
        }
    }

    private static KafkaProducer<byte[], byte[]> producer(EmbeddedKafka broker) {
        Map<String, Object> properties = client(broker);
        properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        properties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        return new KafkaProducer<>(properties);
    }

    private void produce(int partition, long atMillis, String... uuids) throws Exception {
        produce(kafka, partition, atMillis, uuids);
    }

    private void produce(EmbeddedKafka broker, int partition, long atMillis, String... uuids) throws Exception {
        try (var producer = producer(broker)) {
            for (String uuid : uuids) {
                producer.send(new ProducerRecord<>(topics.callCdrs(), partition, atMillis, Cdrs.utf8(uuid),
                        Cdrs.utf8(Cdrs.small(uuid))));
            }
            producer.flush();
        }
    }
}

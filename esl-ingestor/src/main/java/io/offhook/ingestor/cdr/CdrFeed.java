package io.offhook.ingestor.cdr;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.offhook.model.Topics;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands on each CDR of the topic when it has waited long enough for the leg's own events, at least once over restarts, and commits its
 * offset when it is used.
 *
 * <p>Each ingestor reads all partitions, since each follows the legs of all nodes and wants a leg's true end at hand. They commit to
 * one group's offsets, and one's commit may overtake the other's. Backwards that means CDRs are used again, and a use is idempotent.
 * Forwards it means that one ingestor starts behind CDRs it has not used itself: the other has, and what they supplied is durable, so
 * nothing is left to do. The offset says what somebody has used, not who.
 */
public final class CdrFeed implements AutoCloseable {

    /** What is made of CDRs. */
    public interface Use {
        /**
         * Called on the feed's thread and must not block it. The same CDR may come more than once.
         *
         * @return completes when what the CDR supplies is durable or not needed; one that fails is handed over again later
         */
        CompletableFuture<Void> use(CdrReport cdr);
    }

    private static final Logger log = LoggerFactory.getLogger(CdrFeed.class);
    private static final Duration POLL = Duration.ofMillis(200);
    /** While a batch is being used its end is looked for more often. */
    private static final Duration POLL_BUSY = Duration.ofMillis(20);
    /** Bound of a question to the broker. */
    private static final Duration ANSWER = Duration.ofSeconds(2);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);
    /** Two questions and the close. */
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(6);
    private static final long LEAST_BACKOFF_MILLIS = 250;
    private static final long MOST_BACKOFF_MILLIS = 5_000;
    private static final int BATCH = 500;
    /** CDRs of 10 kB come to about 400 at once; bounds what the client fetches ahead. */
    private static final int FETCH_BYTES = 4 * 1024 * 1024;
    /** By so many the bound of waiting CDRs may be passed. */
    private static final int POLL_RECORDS = 100;

    private final String topic;
    private final Map<String, Object> clientProperties;
    private final CdrSettings settings;
    private final CdrReader reader;
    private final InstantSource clock;
    private final CdrUses uses;
    private final WaitingCdrs waiting = new WaitingCdrs();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread = Thread.ofPlatform().name("cdr-feed").unstarted(this::run);
    private final Complaint reading = new Complaint(log, "CDRs cannot be read");
    private final Complaint committing = new Complaint(log, "offsets of CDRs cannot be committed");
    private long backoffMillis = LEAST_BACKOFF_MILLIS;
    private boolean full;

    /**
     * @param clientProperties connection properties of the Kafka client; the feed keeps a copy and sets what it needs
     * @param clock to be compared with the broker's times of append
     */
    public CdrFeed(Topics topics, Map<String, Object> clientProperties, CdrSettings settings, CdrReader reader,
            InstantSource clock, Use use) {
        this.topic = topics.callCdrs();
        this.clock = clock;
        this.settings = settings;
        this.reader = reader;
        this.uses = new CdrUses(use, waiting);
        this.clientProperties = new HashMap<>(clientProperties);
        this.clientProperties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        this.clientProperties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        this.clientProperties.put(ConsumerConfig.GROUP_ID_CONFIG, topics.ingestorGroup());
        this.clientProperties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        this.clientProperties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        this.clientProperties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        this.clientProperties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
        this.clientProperties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, POLL_RECORDS);
    }

    /** Begins to read; tries for as long as it takes while the broker or the topic is not there. */
    public void start() {
        thread.start();
    }

    /** The leg's CDR where one was read and is not used yet; from any thread. */
    public Optional<CdrReport> waiting(String uuid) {
        return waiting.of(uuid);
    }

    /** CDRs read and not yet used. */
    public int backlog() {
        return waiting.size();
    }

    /** Ends within 6 s, mostly at once; what is being used is not waited for, and comes again at the next start. */
    @Override
    public void close() {
        stopping.countDown();
        try {
            if (thread.getState() != Thread.State.NEW && !thread.join(STOP_TIMEOUT)) {
                log.warn("the feed of CDRs did not end within {} s", STOP_TIMEOUT.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean stopped() {
        return stopping.getCount() == 0;
    }

    private void run() {
        while (!stopped()) {
            try {
                follow();
            } catch (KafkaException e) {
                reading.because(String.valueOf(e.getMessage()));
                pause();
            } catch (RuntimeException e) {
                // A bug here must not end the reading for good: the topic is read again from what was committed.
                log.error("the feed of CDRs begins anew", e);
                pause();
            }
        }
    }

    private void pause() {
        try {
            stopping.await(backoffMillis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            // Nobody interrupts this thread but to end it.
            stopping.countDown();
        }
        backoffMillis = Math.min(MOST_BACKOFF_MILLIS, backoffMillis * 2);
    }

    private void follow() {
        waiting.clear();
        uses.forget();
        full = false;
        var consumer = new KafkaConsumer<byte[], byte[]>(clientProperties);
        try {
            assign(consumer);
            while (!stopped()) {
                consumer.poll(uses.busy() ? POLL_BUSY : POLL).forEach(this::take);
                backoffMillis = LEAST_BACKOFF_MILLIS;
                reading.over();
                uses.handOver(System.nanoTime(), BATCH);
                commit(consumer);
                holdBack(consumer);
            }
        } finally {
            consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
        }
    }

    private void assign(KafkaConsumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions = consumer.partitionsFor(topic, ANSWER).stream()
                .map(info -> new TopicPartition(topic, info.partition())).toList();
        if (partitions.isEmpty()) {
            throw new UnknownTopicOrPartitionException("topic " + topic + " is not there");
        }
        consumer.assign(partitions);
        // The first asks for the committed offsets of all, so that a broker that does not answer shows here.
        partitions.forEach(partition -> consumer.position(partition, ANSWER));
    }

    private void take(ConsumerRecord<byte[], byte[]> entry) {
        CdrReport report = null;
        try {
            report = reader.read(entry.value() == null ? new byte[0] : entry.value());
        } catch (UnusableCdrException e) {
            // Accepted ones are read before; this is somebody else's record and says nothing of our legs.
            log.warn("passed over in topic {}, partition {}, offset {}, key {}: {}", topic, entry.partition(),
                    entry.offset(), entry.key() == null ? "none" : new String(entry.key(), StandardCharsets.UTF_8),
                    e.getMessage());
        }
        // By the broker's clock it has waited so long already; where the clocks differ it never waits longer than the hold from now.
        long leftMillis = Math.clamp(entry.timestamp() + settings.hold().toMillis() - clock.millis(), 0,
                settings.hold().toMillis());
        long due = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(leftMillis);
        waiting.add(new TopicPartition(entry.topic(), entry.partition()),
                new WaitingCdrs.Entry(entry.offset(), report, due));
    }

    /** A commit that fails is made up for by the next; nothing is lost but the work of using a CDR again after a restart. */
    private void commit(KafkaConsumer<byte[], byte[]> consumer) {
        var offsets = waiting.settled();
        if (offsets.isEmpty()) {
            return;
        }
        try {
            consumer.commitSync(offsets, ANSWER);
            waiting.committed();
            committing.over();
        } catch (KafkaException e) {
            committing.because(String.valueOf(e.getMessage()));
        }
    }

    /** Reading stops at the bound and goes on when half of it is free again. */
    private void holdBack(KafkaConsumer<byte[], byte[]> consumer) {
        if (!full && waiting.size() >= settings.maxWaiting()) {
            consumer.pause(consumer.assignment());
            full = true;
        } else if (full && waiting.size() <= settings.maxWaiting() / 2) {
            consumer.resume(consumer.assignment());
            full = false;
        }
    }
}

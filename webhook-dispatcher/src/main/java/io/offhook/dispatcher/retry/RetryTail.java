package io.offhook.dispatcher.retry;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which endpoints have hand-offs in a partition of the retry topic that may not be rows yet. Whoever gets a partition of the events
 * topic asks for the tail of the retry partition with the same number: it knows the former owners' hand-offs, PostgreSQL away or not.
 */
public final class RetryTail implements AutoCloseable {

    private record Question(int partition, long from, CompletableFuture<Map<UUID, Long>> answer) {}

    private static final Logger log = LoggerFactory.getLogger(RetryTail.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration BROKER_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);
    private static final long AGAIN_MILLIS = 1_000;

    private final String topic;
    private final Map<String, Object> properties;
    private final RetryRecord.Codec codec = new RetryRecord.Codec();
    private final BlockingQueue<Question> questions = new LinkedBlockingQueue<>();
    private final Thread thread = Thread.ofPlatform().daemon().name("retry-tail").unstarted(this::run);
    private volatile boolean closing;

    /** @param clientProperties connection properties of a Kafka consumer */
    public RetryTail(String topic, Map<String, Object> clientProperties) {
        this.topic = topic;
        this.properties = new HashMap<>(clientProperties);
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    }

    public void start() {
        thread.start();
    }

    /**
     * Reads to the end of the partition as of when it is read; asks again while Kafka is away.
     *
     * @param from the first offset that may not be a row
     * @return by endpoint the offset behind its last hand-off, completed on a thread of this object; never when closed before
     */
    public CompletableFuture<Map<UUID, Long>> read(int partition, long from) {
        var question = new Question(partition, from, new CompletableFuture<>());
        questions.add(question);
        return question.answer();
    }

    private void run() {
        try (var consumer = new KafkaConsumer<byte[], byte[]>(properties)) {
            while (!closing) {
                Question question = questions.poll(POLL.toMillis(), TimeUnit.MILLISECONDS);
                if (question != null) {
                    answer(consumer, question);
                }
            }
        } catch (InterruptedException | InterruptException e) {
            log.debug("stopped");
        }
    }

    private void answer(Consumer<byte[], byte[]> consumer, Question question) throws InterruptedException {
        while (!closing && !question.answer().isDone()) {
            try {
                question.answer().complete(tail(consumer, question));
            } catch (InterruptException e) {
                throw e;
            } catch (KafkaException e) {
                // Nothing hangs on it for long: without it later events of legs already begun take the retry path.
                log.debug("the tail of {}-{} is not known, asking again: {}", topic, question.partition(),
                        e.getMessage());
                TimeUnit.MILLISECONDS.sleep(AGAIN_MILLIS);
            }
        }
    }

    private Map<UUID, Long> tail(Consumer<byte[], byte[]> consumer, Question question) {
        var partition = new TopicPartition(topic, question.partition());
        Set<TopicPartition> alone = Set.of(partition);
        long end = consumer.endOffsets(alone, BROKER_TIMEOUT).get(partition);
        long begin = Math.max(question.from(), consumer.beginningOffsets(alone, BROKER_TIMEOUT).get(partition));
        var last = new HashMap<UUID, Long>();
        if (begin >= end) {
            return last;
        }
        consumer.assign(alone);
        consumer.seek(partition, begin);
        while (!closing && consumer.position(partition, BROKER_TIMEOUT) < end) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL).records(partition)) {
                codec.decode(record.value()).ifPresent(handOff -> last.put(handOff.endpointId(), record.offset() + 1));
            }
        }
        consumer.assign(List.of());
        log.info("{} endpoints have hand-offs in {} from offset {} to {}", last.size(), partition, begin, end);
        return last;
    }

    @Override
    public void close() {
        closing = true;
        try {
            if (thread.isAlive() && !thread.join(CLOSE_TIMEOUT)) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

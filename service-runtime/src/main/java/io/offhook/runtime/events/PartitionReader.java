package io.offhook.runtime.events;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.offhook.model.CallEventCodec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Reads a {@link PartitionRange} in the order of offsets, a bounded batch at a time. */
public final class PartitionReader {

    /** As long as dispatchers remember an id. */
    private static final Duration ID_MEMORY = Duration.ofMinutes(10);
    /** 14 MB for both generations; at 300 events/s over 24 partitions 10 minutes are 7,500. */
    private static final int IDS_PER_GENERATION = 100_000;

    private final Consumer<byte[], byte[]> consumer;
    private final TopicPartition partition;
    private final PartitionRange range;
    private final Duration timeout;
    private final RecentIds ids = new RecentIds(ID_MEMORY, IDS_PER_GENERATION);
    private long position;

    PartitionReader(Consumer<byte[], byte[]> consumer, TopicPartition partition, PartitionRange range,
            Duration timeout) {
        this.consumer = consumer;
        this.partition = partition;
        this.range = range;
        this.timeout = timeout;
        this.position = range.readFrom();
    }

    /** All of the range has been read. */
    public boolean isDone() { return position >= range.end(); }

    /** The next offset that is read; it moves also over records that are none of the range. */
    public long position() {
        return position;
    }

    /**
     * The next records of the range; none when nothing has come in time.
     *
     * @throws org.apache.kafka.common.KafkaException when Kafka refuses; while it is away nothing comes
     */
    public List<ReadRecord> poll(Duration longest) {
        var read = new ArrayList<ReadRecord>();
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(longest).records(partition)) {
            if (record.offset() >= range.end()) {
                break;
            }
            boolean duplicate = CallEventCodec.idOf(record.headers())
                    .map(id -> !ids.isNew(id.value(), record.timestamp())).orElse(false);
            if (record.offset() >= range.start()) {
                read.add(new ReadRecord(record, duplicate));
            }
        }
        position = consumer.position(partition, timeout);
        return read;
    }
}

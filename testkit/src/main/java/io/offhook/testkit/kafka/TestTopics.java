package io.offhook.testkit.kafka;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Topics that can be written the moment they are made. */
public final class TestTopics {
    private static final long LIMIT_SECONDS = 60;
    private static final int STEP_MILLIS = 10;

    private TestTopics() {}

    /**
     * Makes topics and returns when each partition's leader has answered for it: a producer that is earlier can end up at odds with the
     * broker, since its first batch is refused and its second taken.
     *
     * @throws IllegalStateException when they cannot be made within 60 s, or there is one of that name
     */
    public static void make(String bootstrapServers, NewTopic... topics) {
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers))) {
            var made = admin.createTopics(List.of(topics));
            var ends = new HashMap<TopicPartition, OffsetSpec>();
            for (NewTopic topic : topics) {
                int partitions = made.numPartitions(topic.name()).get(LIMIT_SECONDS, TimeUnit.SECONDS);
                for (int i = 0; i < partitions; i++) {
                    ends.put(new TopicPartition(topic.name(), i), OffsetSpec.latest());
                }
            }
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
            while (!answered(admin, ends)) {
                if (System.nanoTime() - deadline >= 0) {
                    throw new TimeoutException("no leader has answered within " + LIMIT_SECONDS + " s");
                }
                TimeUnit.MILLISECONDS.sleep(STEP_MILLIS);
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("topics cannot be made at " + bootstrapServers, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while making topics", e);
        }
    }

    /** @return false while the broker does not know all of them yet */
    private static boolean answered(Admin admin, Map<TopicPartition, OffsetSpec> ends)
            throws InterruptedException, ExecutionException, TimeoutException {
        try {
            admin.listOffsets(ends).all().get(LIMIT_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return false;
            }
            throw e;
        }
    }
}

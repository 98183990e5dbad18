package io.offhook.runtime;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How soon a member of a group that is killed gives its partitions to the others. With the consumer protocol (KIP-848) this is a setting of
 * the group, kept by the brokers, and no longer of its members.
 */
public final class GroupSessions {

    private static final Logger log = LoggerFactory.getLogger(GroupSessions.class);
    private static final int CALL_SECONDS = 10;
    /** Members learn their partitions with a heartbeat, so a rebalance lasts about two of them. */
    private static final int HEARTBEATS_PER_SESSION = 10;

    private final Map<String, Object> clientProperties;
    private final Collection<String> groups;
    private final Duration session;

    /** @param clientProperties of a Kafka admin client */
    public GroupSessions(Map<String, Object> clientProperties, Collection<String> groups, Duration session) {
        this.clientProperties = clientProperties;
        this.groups = groups;
        this.session = session;
    }

    /** Asks the brokers for it; a cluster that refuses keeps its own, which is safe but slower. */
    public void apply() {
        var changes = new HashMap<ConfigResource, Collection<AlterConfigOp>>();
        groups.forEach(group -> changes.put(new ConfigResource(ConfigResource.Type.GROUP, group),
                List.of(set("consumer.session.timeout.ms", session.toMillis()),
                        set("consumer.heartbeat.interval.ms", session.toMillis() / HEARTBEATS_PER_SESSION))));
        try (var admin = Admin.create(clientProperties)) {
            admin.incrementalAlterConfigs(changes).all().get(CALL_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            log.warn("The partitions of a service that is killed stay unread for the brokers' "
                    + "group.consumer.session.timeout.ms (45 s by default): they do not take {} ms for the groups {}, which needs "
                    + "group.consumer.min.session.timeout.ms and group.consumer.min.heartbeat.interval.ms low enough: {}",
                    session.toMillis(), groups, e.getCause() == null ? "no answer" : e.getCause().getMessage());
        }
    }

    private static AlterConfigOp set(String name, long value) {
        return new AlterConfigOp(new ConfigEntry(name, Long.toString(value)), AlterConfigOp.OpType.SET);
    }
}

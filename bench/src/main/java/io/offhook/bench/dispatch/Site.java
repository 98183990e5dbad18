package io.offhook.bench.dispatch;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.offhook.bench.ReadTopic;
import io.offhook.bench.ServiceProcess;
import io.offhook.model.Topics;
import io.offhook.testkit.kafka.TestTopics;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.flywaydb.core.Flyway;

/** What one run's dispatchers work between: topics and a database of their own, the endpoints in it. */
final class Site {

    static final int PARTITIONS = 24;
    private static final int CONNECT_SECONDS = 5;
    private static final int REQUEST_SECONDS = 30;
    private static final Pattern ERROR = Pattern.compile("\"error\":\"([a-z0-9_]+)\"");
    private static final String SECRET = "whsec_" + Base64.getEncoder().encodeToString(new byte[32]);

    private final Servers servers;
    private final Topics topics;
    private final String database;

    /** @param name letters, digits and underscores, new to the servers */
    Site(Servers servers, String name) throws InterruptedException, ExecutionException {
        this.servers = servers;
        this.topics = new Topics(name + ".");
        this.database = servers.postgres().createDatabase(name);
        Flyway.configure().dataSource(database, null, null).load().migrate();
        // As the services make them; they make the others.
        TestTopics.make(servers.brokers(), Stream.of(topics.callEvents(), topics.webhookRetries())
                .map(topic -> new NewTopic(topic, PARTITIONS, (short) 1)
                        .configs(Map.of("message.timestamp.type", "LogAppendTime")))
                .toArray(NewTopic[]::new));
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", servers.brokers()));
    }

    String brokers() {
        return servers.brokers();
    }

    Topics topics() {
        return topics;
    }

    ReadTopic events() {
        return new ReadTopic(servers.brokers(), topics.callEvents());
    }

    /** @param tenant {@code null} for the events of all */
    record Seed(URI url, String tenant) {}

    /** Endpoints as they are by default, but with {@value #REQUEST_SECONDS} s for a response, the longest that there is. */
    List<UUID> addEndpoints(List<Seed> seeds) throws SQLException {
        var ids = new ArrayList<UUID>();
        try (Connection connection = DriverManager.getConnection(database);
                PreparedStatement endpoint = connection.prepareStatement("insert into endpoints (id, tenant, name, url,"
                        + " connection_timeout_sec, request_timeout_sec, events, directions, max_in_flight) values"
                        + " (?, ?, 'bench', ?, " + CONNECT_SECONDS + ", " + REQUEST_SECONDS
                        + ", '{originate,answer,hangup}', '{inbound,outbound,local}', 16)");
                PreparedStatement secret = connection
                        .prepareStatement("insert into endpoint_secrets (id, endpoint_id, secret) values (?, ?, ?)")) {
            connection.setAutoCommit(false);
            for (Seed seed : seeds) {
                UUID id = UUID.randomUUID();
                ids.add(id);
                endpoint.setObject(1, id);
                endpoint.setString(2, seed.tenant());
                endpoint.setString(3, seed.url().toString());
                endpoint.addBatch();
                secret.setObject(1, UUID.randomUUID());
                secret.setObject(2, id);
                secret.setString(3, SECRET);
                secret.addBatch();
            }
            endpoint.executeBatch();
            secret.executeBatch();
            connection.commit();
        }
        return ids;
    }

    /** From now on nothing is sent to them. */
    void disableEndpoints(List<UUID> ids) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database);
                PreparedStatement update = connection
                        .prepareStatement(
                                "update endpoints set enabled = false, disabled_reason = 'manual' where id = any(?)")) {
            update.setArray(1, connection.createArrayOf("uuid", ids.toArray()));
            update.executeUpdate();
        }
    }

    /** A dispatcher as it is shipped. Started and not yet ready. */
    ServiceProcess dispatcher(Map<String, String> more, String... jvmOptions) {
        var environment = new HashMap<>(Map.of("SPRING_KAFKA_BOOTSTRAP_SERVERS", servers.brokers(),
                "SPRING_DATASOURCE_URL", database, "OFFHOOK_TOPIC_PREFIX", topics.prefix(),
                "OFFHOOK_EGRESS_ALLOW_CIDRS", "127.0.0.0/8"));
        environment.putAll(more);
        return new ServiceProcess(servers.jar("webhook-dispatcher"), servers.directory(), environment, jvmOptions);
    }

    /** Waits until a dispatcher has its share and delivers. */
    static void awaitPartitions(ServiceProcess dispatcher, int partitions) {
        dispatcher.awaitReady();
        dispatcher.await(partitions + " partitions",
                () -> ServiceProcess.sum(dispatcher.metrics(), "offhook_dispatcher_partitions") == partitions);
    }

    /** Lets the next dispatcher begin with the first event, as if there had been none before; none may run. */
    void rewind() throws InterruptedException, ExecutionException, SQLException {
        try (Connection connection = DriverManager.getConnection(database);
                Statement statement = connection.createStatement()) {
            statement.execute("truncate endpoint_lanes, failed_webhooks, delivery_attempts");
        }
        try (Admin admin = admin()) {
            admin.deleteConsumerGroups(List.of(topics.dispatcherGroup())).all().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof GroupIdNotFoundException)) {
                throw e;
            }
            // There was none before.
        }
    }

    /** Deliveries that were handed off to the retry path since the site was made, by reason or error. */
    Map<String, Integer> handedOff() {
        var reasons = new TreeMap<String, Integer>();
        try (var retries = new ReadTopic(servers.brokers(), topics.webhookRetries())) {
            retries.readAll(() -> false, record -> {
                Matcher error = ERROR.matcher(new String(record.value(), StandardCharsets.UTF_8));
                reasons.merge(error.find() ? error.group(1) : "?", 1, Integer::sum);
            });
        }
        return reasons;
    }
}

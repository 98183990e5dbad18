package io.offhook.ingestor.esl;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.channel.EventLoopGroup;
import io.offhook.testkit.freeswitch.CutMode;
import io.offhook.testkit.freeswitch.EslUser;
import io.offhook.testkit.freeswitch.SimulatedFreeSwitch;
import io.offhook.testkit.freeswitch.SwitchOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class EslConnectionTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(100);
    private static final EslCredentials PASSWORD = new EslCredentials(null, "ClueCon");
    private static final SwitchOptions QUIET = SwitchOptions.defaults().withHeartbeat(Duration.ofHours(1));

    private final EventLoopGroup loops = EventLoops.start(2);
    private final List<AutoCloseable> opened = new CopyOnWriteArrayList<>();
    private final RecordingListener heard = new RecordingListener();

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();
    }

    @Test
    void aListenerThatIsNotReadyIsLeftAloneUntilItIs() {
        SimulatedFreeSwitch node = node(QUIET);
        heard.away = true;
        connect(node, PASSWORD, patient());
        await().until(() -> heard.asked.get() >= 3);
        assertThat(heard.states).isEmpty();
        heard.away = false;
        await().until(heard::live);
    }

    @Test
    void aRefusedEventCostsTheConnectionAndTheListenerIsAskedBeforeTheNext() {
        SimulatedFreeSwitch node = node(QUIET);
        connect(node, PASSWORD, patient());
        await().until(heard::live);
        heard.full = true;
        heard.away = true;
        int asked = heard.asked.get();
        node.faults().heartbeatNow();
        await().until(() -> heard.asked.get() >= asked + 2);
        assertThat(heard.failures).hasSize(1).first().asString().startsWith("events come faster");
        assertThat(heard.states).containsOnlyOnce(ConnectionState.LIVE).endsWith(ConnectionState.WAITING);
        heard.full = false;
        heard.away = false;
        await().until(heard::live);
        node.faults().heartbeatNow();
        await().until(() -> heard.events.size() == 1);
    }

    @Test
    void silenceAloneIsNoDeath() {
        SimulatedFreeSwitch node = node(QUIET);
        var asked = new AtomicInteger();
        connect(node, PASSWORD, timings(LONG, SHORT, LONG), () -> {
            asked.incrementAndGet();
            return new CompletableFuture<>();
        });
        // The node's own answer never comes: the reply on the connection itself is what counts.
        await().until(() -> asked.get() >= 4);
        assertThat(heard.failures).isEmpty();
        node.faults().heartbeatNow();
        await().until(() -> heard.events.size() == 1);
    }

    @Test
    void aDeadConnectionBesideALivingNodeIsFound() {
        SimulatedFreeSwitch node = node(QUIET);
        // A fresh one for each question: one that was made before the stall would stall with the event connection.
        connect(node, PASSWORD, timings(Duration.ofSeconds(1), Duration.ofSeconds(1), LONG), () -> {
            var commands = new CommandConnection(address(node.port()), PASSWORD, patient(), loops.next());
            opened.add(commands);
            return commands.api("status");
        });
        await().until(heard::live);
        node.faults().stall();
        await().until(() -> !heard.failures.isEmpty());
        assertThat(heard.failures.getFirst()).contains("though the node answers");
        await().until(heard::live);
    }

    @Test
    void aFrozenNodeIsAskedThreeTimesSinceItHoldsEventsForThisConnection() {
        SimulatedFreeSwitch node = node(QUIET);
        var asked = new AtomicInteger();
        connect(node, PASSWORD, timings(Duration.ofSeconds(1), SHORT, LONG), () -> {
            if (asked.incrementAndGet() == 1) {
                node.faults().stall();
                node.faults().heartbeatNow();
            }
            return new CompletableFuture<>();
        });
        await().until(() -> !heard.failures.isEmpty());
        assertThat(heard.failures.getFirst()).isEqualTo("no sign of life, nor a reply to 3 questions");
        assertThat(asked.get()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void aNodeThatThawsInTimeLosesNothing() {
        SimulatedFreeSwitch node = node(QUIET);
        var asked = new AtomicInteger();
        connect(node, PASSWORD, timings(LONG, SHORT, LONG), () -> {
            if (asked.incrementAndGet() == 1) {
                node.faults().stall();
                node.faults().heartbeatNow();
                loops.schedule(() -> node.faults().resume(), 50, TimeUnit.MILLISECONDS);
            }
            return new CompletableFuture<>();
        });
        await().until(() -> heard.events.size() == 1);
        assertThat(heard.failures).isEmpty();
    }

    @Test
    void aWrongPasswordIsReportedOnceAndTriedAgainSlowly() {
        var log = new ListAppender<ILoggingEvent>();
        log.start();
        var logger = (Logger) LoggerFactory.getLogger(EslConnection.class);
        logger.addAppender(log);
        opened.add(() -> logger.detachAppender(log));
        SimulatedFreeSwitch node = node(QUIET);
        connect(node, new EslCredentials(null, "wrong"), timings(LONG, LONG, Duration.ofMillis(50)));
        await().until(() -> heard.failures.size() >= 3);
        assertThat(heard.failures).containsOnly("FreeSWITCH refuses the event socket's password: -ERR invalid");
        assertThat(log.list).hasSize(1);
    }

    @Test
    void anAclThatRefusesIsNamed() {
        SimulatedFreeSwitch node = node(QUIET.withDeniedAddresses(Set.of("127.0.0.1")));
        connect(node, PASSWORD, patient());
        await().until(() -> !heard.failures.isEmpty());
        assertThat(heard.failures).containsExactly(
                "FreeSWITCH's ACL refuses this address (apply-inbound-acl in event_socket.conf.xml)");
    }

    @Test
    void aUserWhoMayNotHearTheEventsIsToldWhichOnesAreNeeded() {
        SimulatedFreeSwitch node = node(QUIET.withUsers(
                List.of(new EslUser("offhook@pbx", "secret", List.of("HEARTBEAT"), List.of(), false))));
        connect(node, new EslCredentials("offhook@pbx", "secret"), patient());
        await().until(() -> !heard.failures.isEmpty());
        assertThat(heard.failures.getFirst()).contains("refuses the subscription", "CHANNEL_CREATE HEARTBEAT");
    }

    @Test
    void aLingeringNoticeEndsNothing() {
        SimulatedFreeSwitch node = node(QUIET);
        connect(node, PASSWORD, patient());
        await().until(heard::live);
        node.faults().inject(ascii("Content-Type: text/disconnect-notice\nContent-Disposition: linger\n"
                + "Linger-Time: 2\nContent-Length: 0\n\n"));
        node.faults().heartbeatNow();
        await().until(() -> heard.events.size() == 1);
        assertThat(heard.failures).isEmpty();
    }

    @Test
    void aNoticeGivesTheReasonOfTheGapWhetherTheEndFollowsOrNot() {
        SimulatedFreeSwitch node = node(QUIET);
        connect(node, PASSWORD, timings(Duration.ofSeconds(2), LONG, LONG));
        await().until(heard::live);
        node.faults().inject(ascii("Content-Type: text/disconnect-notice\nContent-Length: 5\n\nbye.\n"));
        await().until(() -> heard.failures.size() == 1);
        await().until(heard::live);
        node.shutDown();
        await().until(() -> heard.failures.size() >= 2);
        assertThat(heard.failures.subList(0, 2)).containsExactly("FreeSWITCH disconnects: bye.",
                "FreeSWITCH disconnects: The system is being shut down.");
    }

    @Test
    void aCutIsAGapWithAReasonAndTheNodeIsFoundAgain() {
        SimulatedFreeSwitch node = node(QUIET);
        connect(node, PASSWORD, patient());
        await().until(heard::live);
        node.faults().cut(CutMode.EOF);
        await().until(() -> !heard.failures.isEmpty());
        assertThat(heard.failures).containsExactly("the connection was closed");
        await().until(heard::live);
    }

    @Test
    void eachStateHasADeadline() throws Exception {
        connect(scripted(), PASSWORD, timings(SHORT, LONG, LONG), heard, null);
        await().until(() -> !heard.failures.isEmpty());
        assertThat(heard.failures.getFirst()).isEqualTo("no greeting or reply to auth within 100 ms");
        var second = new RecordingListener();
        connect(scripted("Content-Type: auth/request\n\n", "Content-Type: command/reply\nReply-Text: +OK accepted\n\n"),
                PASSWORD, timings(SHORT, LONG, LONG), second, null);
        await().until(() -> !second.failures.isEmpty());
        assertThat(second.failures.getFirst()).isEqualTo("no reply to event within 100 ms");
        assertThat(second.states).containsSubsequence(ConnectionState.CONNECTING, ConnectionState.AUTHENTICATING,
                ConnectionState.SUBSCRIBING, ConnectionState.WAITING);
    }

    /** Says its lines to whoever connects, and nothing more. */
    private int scripted(String... lines) throws IOException {
        var server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        opened.add(server);
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try {
                    Socket client = server.accept();
                    opened.add(client);
                    client.getOutputStream().write(ascii(String.join("", lines)));
                } catch (IOException e) {
                    // The client gave up, as it should, or the test is over.
                }
            }
        });
        return server.getLocalPort();
    }

    private SimulatedFreeSwitch node(SwitchOptions options) {
        SimulatedFreeSwitch node = SimulatedFreeSwitch.start(options);
        opened.add(node);
        return node;
    }

    private void connect(SimulatedFreeSwitch node, EslCredentials credentials, EslTimings timings) {
        connect(node, credentials, timings, null);
    }

    private void connect(SimulatedFreeSwitch node, EslCredentials credentials, EslTimings timings,
            Supplier<CompletableFuture<?>> probe) {
        connect(node.port(), credentials, timings, heard, probe);
    }

    private void connect(int port, EslCredentials credentials, EslTimings timings, RecordingListener listener,
            Supplier<CompletableFuture<?>> probe) {
        var connection = new EslConnection(address(port), credentials, List.of("CHANNEL_CREATE", "HEARTBEAT"), timings,
                loops.next(), listener, probe);
        opened.add(connection);
        connection.start();
    }

    private static NodeAddress address(int port) {
        return new NodeAddress("fs1", "127.0.0.1", port);
    }

    private static EslTimings patient() {
        return timings(LONG, LONG, LONG);
    }

    private static EslTimings timings(Duration reply, Duration silence, Duration refusedBackoff) {
        return new EslTimings(Duration.ofSeconds(5), reply, silence, Duration.ofMillis(20), SHORT, refusedBackoff);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

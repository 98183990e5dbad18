package io.offhook.ingestor.esl;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

import io.netty.channel.EventLoopGroup;
import io.offhook.ingestor.esl.CommandFailedException.Kind;
import io.offhook.testkit.freeswitch.CallKind;
import io.offhook.testkit.freeswitch.CallPlan;
import io.offhook.testkit.freeswitch.EslUser;
import io.offhook.testkit.freeswitch.SimulatedFreeSwitch;
import io.offhook.testkit.freeswitch.SwitchOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

class CommandConnectionTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final EslCredentials PASSWORD = new EslCredentials(null, "ClueCon");

    private final EventLoopGroup loops = EventLoops.start(1);
    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();
    }

    @Test
    void connectsWhenAskedAndAnswersInOrder() {
        SimulatedFreeSwitch node = node(SwitchOptions.defaults());
        CommandConnection commands = commands(node, PASSWORD, LONG, LONG);
        assertThat(node.clients()).isZero();
        var replies = new ArrayList<CompletableFuture<String>>();
        for (int i = 0; i < 200; i++) {
            replies.add(commands.api("uuid_exists " + i));
            replies.add(commands.api("no_such_" + i));
        }
        for (int i = 0; i < 200; i++) {
            assertThat(replies.get(2 * i).join()).isEqualTo("false");
            assertThat(replies.get(2 * i + 1).join()).isEqualTo("-ERR no_such_" + i + " Command not found!\n");
        }
        assertThat(node.clients()).isEqualTo(1);
    }

    @Test
    void aDumpReadsAsAnEvent() throws Exception {
        SimulatedFreeSwitch node = node(SwitchOptions.defaults());
        CommandConnection commands = commands(node, PASSWORD, LONG, LONG);
        String uuid = node.placeCall(CallPlan.of(CallKind.BRIDGED).withTalk(LONG)).legUuids().getFirst();
        EslEvent leg = EslEvent.ofJson(commands.api("uuid_dump " + uuid + " json").join());
        assertThat(leg.name()).isEqualTo("CHANNEL_DATA");
        assertThat(leg.header("Unique-ID")).isEqualTo(uuid);
        assertThat(leg.number("Caller-Channel-Created-Time")).isPositive();
        String unknown = commands.api("uuid_dump nobody json").join();
        assertThat(unknown).isEqualTo("-ERR No such channel!\n");
        assertThatThrownBy(() -> EslEvent.ofJson(unknown)).isInstanceOf(MalformedEventException.class);
    }

    @Test
    void aCommandThatTheUserMayNotRunFailsAlone() {
        SimulatedFreeSwitch node = node(SwitchOptions.defaults().withUsers(
                List.of(new EslUser("offhook@pbx", "secret", List.of(), List.of("uuid_exists"), false))));
        CommandConnection commands = commands(node, new EslCredentials("offhook@pbx", "secret"), LONG, LONG);
        CompletableFuture<String> denied = commands.api("status");
        CompletableFuture<String> allowed = commands.api("uuid_exists x");
        assertThat(kindOf(denied)).isEqualTo(Kind.REFUSED);
        assertThat(allowed.join()).isEqualTo("false");
    }

    @Test
    void aRefusedLoginFailsWhatWaitsAndIsNotTriedAgainAtOnce() {
        SimulatedFreeSwitch node = node(SwitchOptions.defaults());
        CommandConnection commands = commands(node, new EslCredentials(null, "wrong"), LONG, LONG);
        assertThat(kindOf(commands.api("status"))).isEqualTo(Kind.REFUSED);
        node.kill();
        // A second attempt would find nobody there.
        assertThat(kindOf(commands.api("status"))).isEqualTo(Kind.REFUSED);
    }

    @Test
    void aNodeThatIsAwayFailsTheCommandAndIsFoundWhenItIsBack() {
        SimulatedFreeSwitch node = node(SwitchOptions.defaults());
        CommandConnection commands = commands(node, PASSWORD, LONG, LONG);
        node.kill();
        assertThat(kindOf(commands.api("status"))).isEqualTo(Kind.LOST);
        node.restart();
        assertThat(commands.api("status").join()).startsWith("UP ");
        node.faults().stall();
        CompletableFuture<String> cutOff = commands.api("status");
        node.crash();
        assertThat(kindOf(cutOff)).isEqualTo(Kind.LOST);
        assertThat(commands.api("status").join()).startsWith("UP ");
    }

    @Test
    void aReplyThatDoesNotComeInTimeFailsAndNeverAnswersTheNextCommand() {
        SimulatedFreeSwitch node = node(SwitchOptions.defaults());
        CommandConnection commands = commands(node, PASSWORD, Duration.ofSeconds(2), LONG);
        commands.api("status").join();
        node.faults().stall();
        CompletableFuture<String> late = commands.api("status");
        CompletableFuture<String> behind = commands.api("uuid_exists a");
        assertThat(kindOf(late)).isEqualTo(Kind.TIMED_OUT);
        assertThat(kindOf(behind)).isEqualTo(Kind.TIMED_OUT);
        node.faults().resume();
        assertThat(commands.api("uuid_exists b").join()).isEqualTo("false");
    }

    @Test
    void moreThanAThousandWaitingCommandsAreNotTaken() {
        SimulatedFreeSwitch node = node(SwitchOptions.defaults());
        CommandConnection commands = commands(node, PASSWORD, LONG, LONG);
        commands.api("status").join();
        node.faults().stall();
        var waiting = new ArrayList<CompletableFuture<String>>();
        for (int i = 0; i < CommandConnection.MAX_WAITING; i++) {
            waiting.add(commands.api("uuid_exists a"));
        }
        assertThat(kindOf(commands.api("uuid_exists b"))).isEqualTo(Kind.NOT_TAKEN);
        node.faults().resume();
        waiting.forEach(reply -> assertThat(reply.join()).isEqualTo("false"));
        assertThat(commands.api("uuid_exists c").join()).isEqualTo("false");
    }

    @Test
    void aLineEndInACommandIsNotSent() {
        CommandConnection commands = commands(node(SwitchOptions.defaults()), PASSWORD, LONG, LONG);
        assertThat(kindOf(commands.api("uuid_dump a\n\napi hupall"))).isEqualTo(Kind.NOT_TAKEN);
    }

    @Test
    void anIdleConnectionIsClosedAndOpenedAgainForTheNextCommand() {
        SimulatedFreeSwitch node = node(SwitchOptions.defaults());
        CommandConnection commands = commands(node, PASSWORD, LONG, Duration.ofMillis(100));
        commands.api("status").join();
        await().until(() -> node.clients() == 0);
        assertThat(commands.api("status").join()).startsWith("UP ");
    }

    @Test
    void closedForGoodItFailsWhatWaitsAndWhatComes() {
        SimulatedFreeSwitch node = node(SwitchOptions.defaults());
        CommandConnection commands = commands(node, PASSWORD, LONG, LONG);
        commands.api("status").join();
        node.faults().stall();
        CompletableFuture<String> waiting = commands.api("status");
        commands.close();
        assertThat(kindOf(waiting)).isEqualTo(Kind.CLOSED);
        assertThat(kindOf(commands.api("status"))).isEqualTo(Kind.CLOSED);
        node.faults().resume();
        await().until(() -> node.clients() == 0);
    }

    private SimulatedFreeSwitch node(SwitchOptions options) {
        SimulatedFreeSwitch node = SimulatedFreeSwitch.start(options);
        opened.add(node);
        return node;
    }

    private CommandConnection commands(SimulatedFreeSwitch node, EslCredentials credentials, Duration reply,
            Duration idle) {
        var timings = new EslTimings(Duration.ofSeconds(5), reply, LONG, Duration.ofMillis(50), LONG, LONG,
                LONG, idle);
        var commands = new CommandConnection(new NodeAddress("fs1", "127.0.0.1", node.port()), credentials, timings,
                loops.next());
        opened.add(commands);
        return commands;
    }

    private static Kind kindOf(CompletableFuture<String> reply) {
        try {
            throw new AssertionError("a reply: " + reply.join());
        } catch (CompletionException e) {
            assertThat(e.getCause()).isInstanceOf(CommandFailedException.class);
            return ((CommandFailedException) e.getCause()).kind();
        }
    }
}

package io.offhook.api.call;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.offhook.api.ApiApplication;
import io.offhook.api.RunningApi;
import io.offhook.model.CallAction;
import io.offhook.model.CallEventMessage;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import io.offhook.testkit.process.JavaCommand;
import io.offhook.testkit.process.JavaProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The projector over a real topic, with faults in it. */
class CallProjectorTest {

    private static final Instant START = Instant.now().minus(Duration.ofHours(3));
    private static final String ROWS = "select to_jsonb(c)::text from calls c order by leg";

    @Test
    void afterAKillThatCutsABatchNothingIsMissingAndNothingIsCountedTwice(@TempDir Path directory) {
        int legs = 6_000;
        try (CallSite site = CallSite.on("calls_killed")) {
            List<CallEventMessage> events = events("leg", legs);
            site.publish(events);
            try (JavaProcess process = process(site, directory)) {
                JdbcClient jdbc = JdbcClient.create(
                        new DriverManagerDataSource((String) site.settings().get("spring.datasource.url")));
                await().atMost(CallSite.LIMIT).ignoreExceptions().until(() -> count(jdbc) > 0);
                process.sigkill();
                assertThat(count(jdbc)).isLessThan(legs);
            }
            try (RunningApi api = site.api()) {
                site.awaitEnded(api, legs);
                assertThat(api.jdbc().sql("select count(*) from calls").query(Integer.class).single())
                        .isEqualTo(legs);
                assertStatisticsAreARecount(api);
            }
        }
    }

    private static JavaProcess process(CallSite site, Path directory) {
        var command = JavaCommand.mainClass(ApiApplication.class).outputFile(directory.resolve("out.log"));
        Map<String, Object> settings = new HashMap<>(site.settings());
        settings.putAll(Map.of("server.port", 0, "offhook.api.admin-key", RunningApi.ADMIN_KEY, "offhook.log.dir",
                directory.resolve("logs"), "offhook.calls.batch", 50));
        return command.arguments(settings.entrySet().stream()
                .map(setting -> "--" + setting.getKey() + "=" + setting.getValue()).toArray(String[]::new)).start();
    }

    private static int count(JdbcClient jdbc) {
        return jdbc.sql("select count(*) from calls where call_end is not null").query(Integer.class).single();
    }

    @Test
    void whilePostgresIsAwayEventsWaitInTheTopic() {
        try (var postgres = EmbeddedPostgresServer.temporary().start();
                var site = new CallSite("calls_away", postgres.jdbcUrl());
                var api = site.api()) {
            site.publish(events("before", 50));
            site.awaitEnded(api, 50);
            postgres.kill();
            site.publish(events("during", 50));
            postgres.start();
            site.publish(events("after", 50));
            site.awaitEnded(api, 150);
            assertStatisticsAreARecount(api);
        }
    }

    @Test
    void aRebuildWhileItRunsMakesRightWhatIsWrongAndBringsBackWhatIsGone() {
        try (CallSite site = CallSite.on("calls_rebuilt"); RunningApi api = site.api()) {
            List<CallEventMessage> events = new ArrayList<>(events("leg", 60));
            SampleLeg other = SampleLeg.answered("leg-3", "tenant-b.example", START.minusSeconds(60)).withCause("LATE");
            events.add(other.event(CallAction.HANGUP));
            site.publish(events);
            site.awaitEnded(api, 60);
            List<String> right = rows(api);

            api.jdbc().sql("update calls set node = 'wrong', callee_number = 'wrong' where leg < 'leg-3'").update();
            assertThat(api.admin().post("/api/v1/calls/rebuild").status()).isEqualTo(202);
            await().atMost(CallSite.LIMIT).untilAsserted(() -> assertThat(rows(api)).isEqualTo(right));
            assertStatisticsAreARecount(api);

            api.jdbc().sql("update calls set answer_start = null, hangup_cause = 'wrong'").update();
            var answer = api.admin().post("/api/v1/calls/rebuild", Map.of("empty", true));
            assertThat(answer.status()).as(answer.toString()).isEqualTo(202);
            await().atMost(CallSite.LIMIT).untilAsserted(() -> assertThat(rows(api)).isEqualTo(right));
            assertStatisticsAreARecount(api);
            assertThat(api.admin().post("/api/v1/calls/rebuild", Map.of("empty", "yes")).wrongFields())
                    .containsExactly("empty");
        }
    }

    @Test
    void twoProcessesShareThePartitionsAndOneTakesOverFromTheOther() {
        try (CallSite site = CallSite.on("calls_shared_by_two"); RunningApi one = site.api()) {
            try (RunningApi other = site.api()) {
                site.publish(events("both", 100));
                site.awaitEnded(other, 100);
            }
            site.publish(events("one", 100));
            site.awaitEnded(one, 200);
            assertStatisticsAreARecount(one);
        }
    }

    @Test
    void whatAKilledProcessReadGoesToAnotherAfterTenSeconds() {
        try (CallSite site = CallSite.on("calls_taken_over"); RunningApi api = site.api()) {
            site.publish(events("leg", 1));
            site.awaitEnded(api, 1);

            assertThat(site.groupSetting("consumer.session.timeout.ms")).isEqualTo("10000");
        }
    }

    private static List<CallEventMessage> events(String prefix, int legs) {
        var events = new ArrayList<CallEventMessage>();
        for (int i = 0; i < legs; i++) {
            Instant start = START.plusMillis(700L * i);
            SampleLeg leg = i % 3 == 0
                    ? SampleLeg.unanswered(prefix + "-" + i, null, start)
                    : SampleLeg.answered(prefix + "-" + i, "tenant-" + i % 5 + ".example", start);
            events.addAll(leg.events());
        }
        return events;
    }

    private static List<String> rows(RunningApi api) {
        return api.jdbc().sql(ROWS).query(String.class).list();
    }

    private static void assertStatisticsAreARecount(RunningApi api) {
        assertThat(api.jdbc().sql(Recount.COUNTED).query().listOfRows()).isNotEmpty()
                .isEqualTo(api.jdbc().sql(Recount.CALLS).query().listOfRows());
        assertThat(api.jdbc().sql(Recount.CAUSES_COUNTED).query().listOfRows())
                .isEqualTo(api.jdbc().sql(Recount.CAUSES).query().listOfRows());
    }
}

package io.offhook.api;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** What a request leaves behind: its id, its log lines, and nothing secret. */
class RequestTraceTest {

    private static final String ENDPOINTS = "/api/v1/endpoints";

    private final ListAppender<ILoggingEvent> log = concurrent();
    private final RunningApi api = RunningApi.shared();

    /** Threads of the API go on to write while it is read. */
    private static ListAppender<ILoggingEvent> concurrent() {
        var appender = new ListAppender<ILoggingEvent>();
        appender.list = new CopyOnWriteArrayList<>();
        return appender;
    }

    @BeforeEach
    void listen() {
        log.start();
        root().addAppender(log);
    }

    @AfterEach
    void stopListening() {
        root().detachAppender(log);
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    @Test
    void aRequestKeepsItsIdOrGetsOne() {
        assertThat(api.admin().with("x-request-id", "mine-1.2_3").get(ENDPOINTS).header("x-request-id"))
                .isEqualTo("mine-1.2_3");
        for (String bad : List.of("a b", "x".repeat(65), "{}", "a\"b")) {
            assertThat(api.admin().with("x-request-id", bad).get(ENDPOINTS).header("x-request-id")).hasSize(36);
        }
        assertThat(api.admin().get("/actuator/health").header("x-request-id")).hasSize(36);
    }

    @Test
    void anUnexpectedFailureIsAProblemWhoseIdTheLogKnows() {
        try (var broken = RunningApi.start(api.postgres().createDatabase("broken"), Map.of())) {
            listen();
            broken.jdbc().sql("alter table failed_webhooks rename to elsewhere").update();

            var answer = broken.admin().get("/api/v1/failed-webhooks");

            assertThat(answer.status()).isEqualTo(500);
            assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
            assertThat(answer.response().body()).doesNotContain("SQL").doesNotContain("Exception")
                    .doesNotContain("failed_webhooks");
            assertThat(log.list).anySatisfy(line -> {
                assertThat(line.getMDCPropertyMap()).containsEntry("request_id", answer.text("request_id"));
                assertThat(line.getThrowableProxy().getClassName()).contains("BadSqlGrammarException");
            });
        }
    }

    @Test
    void eachChangeIsOneLineWithoutSecrets() {
        var key = api.admin().post("/api/v1/api-keys",
                Map.of("name", "Robot", "scopes", List.of("read", "write", "admin")));
        var robot = api.as(key.text("key"));
        String given = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";
        var created = robot.post(ENDPOINTS, Map.of("url", "http://127.0.0.1:9/token-in-url", "secret", given, "headers",
                Map.of("authorization", "Bearer receiver-credential")));
        String path = created.header("location");
        var rotated = robot.post(path + "/secret/rotate");
        robot.patch(path, "{\"name\":\"n\",\"headers\":{\"host\":\"hidden\"}}");
        robot.patch(path, "{\"name\":\"n\"}");
        robot.get(path);
        robot.delete(path);
        robot.delete(key.header("location"));

        List<Map<String, Object>> changes = log.list.stream().map(RequestTraceTest::pairs)
                .filter(line -> line.containsKey("change")).toList();
        assertThat(changes.stream().map(line -> line.get("change"))).containsExactly("api_key.created",
                "endpoint.created", "endpoint.secret_rotated", "endpoint.patched", "endpoint.deleted",
                "api_key.deleted");
        assertThat(changes.get(1)).containsEntry("key_name", "Robot").containsEntry("key_id", key.text("id"))
                .containsEntry("endpoint_id", created.text("id"))
                .containsEntry("request_id", created.header("x-request-id"));
        assertThat(text()).doesNotContain(key.text("key"), RunningApi.ADMIN_KEY, given, rotated.text("secret"),
                "receiver-credential", "token-in-url");
    }

    @Test
    void whatTomcatItselfRefusesIsAProblemToo() throws IOException {
        for (String target : List.of("/api/v1/{endpoints}", "/api/v1/endpoints?a=<b>", "/api/v1/%zz")) {
            try (var socket = new Socket("localhost", api.port())) {
                socket.getOutputStream()
                        .write(("GET " + target + " HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(answer).startsWith("HTTP/1.1 400")
                        .containsIgnoringCase("content-type: application/problem+json")
                        .doesNotContain("<html");
            }
        }
    }

    private static Map<String, Object> pairs(ILoggingEvent line) {
        var pairs = new HashMap<String, Object>(line.getMDCPropertyMap());
        if (line.getKeyValuePairs() != null) {
            line.getKeyValuePairs().forEach(pair -> pairs.put(pair.key, pair.value));
        }
        return pairs;
    }

    private String text() {
        return log.list.stream().map(line -> line.getFormattedMessage() + pairs(line)
                + (line.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(line.getThrowableProxy())))
                .collect(Collectors.joining("\n"));
    }
}

package io.offhook.api;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.offhook.runtime.ServiceLauncher;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

import static org.awaitility.Awaitility.await;

/** The API as it runs, on a free port over a real PostgreSQL. Test classes share one and keep apart by tenant. */
public final class RunningApi implements AutoCloseable {

    public static final String ADMIN_KEY = "bootstrap-key-of-the-tests";
    private static final Duration READY_WITHIN = Duration.ofSeconds(60);

    private final EmbeddedPostgresServer postgres;
    private final ConfigurableApplicationContext context;

    private RunningApi(EmbeddedPostgresServer postgres, ConfigurableApplicationContext context) {
        this.postgres = postgres;
        this.context = context;
    }

    /** Started by the first class that asks, closed with the JVM. */
    public static RunningApi shared() {
        return Shared.API;
    }

    /** One of its own, for tests that break things. */
    public static RunningApi start(EmbeddedPostgresServer postgres, Map<String, Object> properties) {
        return new RunningApi(postgres, launch(postgres.jdbcUrl(), properties)).awaitReady();
    }

    /** One on a database of its own. */
    public static RunningApi start(String jdbcUrl, Map<String, Object> properties) {
        return startUnready(jdbcUrl, properties).awaitReady();
    }

    /** One whose database may not be there yet. */
    public static RunningApi startUnready(String jdbcUrl, Map<String, Object> properties) {
        return new RunningApi(null, launch(jdbcUrl, properties));
    }

    /** The database is migrated beside the start. */
    private RunningApi awaitReady() {
        ApiClient anybody = admin().withoutKey();
        await().atMost(READY_WITHIN).until(() -> anybody.get("/actuator/health/readiness").status() == 200);
        return this;
    }

    public static ConfigurableApplicationContext launch(String jdbcUrl, Map<String, Object> properties) {
        var all = new HashMap<String, Object>(Map.of("server.port", 0, "spring.datasource.url", jdbcUrl,
                "offhook.api.admin-key", ADMIN_KEY, "offhook.egress.allow-cidrs", "127.0.0.0/8",
                "spring.kafka.bootstrap-servers", "localhost:1", "offhook.log.dir", "target/logs",
                "logging.console.enabled", "false", "offhook.api.wrong-keys.burst", 1_000_000));
        all.putAll(properties);
        // "remove" names a default of these that shall not be set.
        all.remove(String.valueOf(all.remove("remove")));
        // As arguments, since logging is set up before the launcher's properties are there.
        String[] args = all.entrySet().stream().map(e -> "--" + e.getKey() + "=" + e.getValue()).toArray(String[]::new);
        return new ServiceLauncher(ApiApplication.NAME, ApiApplication.class).start(Map.of(), args);
    }

    public int port() {
        return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    /** As the bootstrap administrator. */
    public ApiClient admin() {
        return as(ADMIN_KEY);
    }

    public ApiClient as(String key) {
        return new ApiClient("http://localhost:" + port(), key);
    }

    /** A key of the tenant with all scopes. */
    public ApiClient tenant(String tenant) {
        return tenant(tenant, "read", "write", "admin");
    }

    public ApiClient tenant(String tenant, String... scopes) {
        var answer = admin().post("/api/v1/api-keys",
                Map.of("name", "key of " + tenant, "tenant", tenant, "scopes", scopes));
        return as(answer.json().get("key").stringValue());
    }

    public JdbcClient jdbc() {
        return context.getBean(JdbcClient.class);
    }

    /** The routes below {@code /api/} as Spring has them, with their handlers. */
    public Map<RequestMappingInfo, HandlerMethod> routes() {
        var routes = new HashMap<>(context.getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods());
        routes.keySet().removeIf(route -> route.getPatternValues().stream().noneMatch(p -> p.startsWith("/api/")));
        return routes;
    }

    public EmbeddedPostgresServer postgres() {
        return postgres;
    }

    @Override
    public void close() {
        context.close();
    }

    private static final class Shared {
        private static final RunningApi API = start();

        private static RunningApi start() {
            EmbeddedPostgresServer postgres = EmbeddedPostgresServer.temporary().start();
            RunningApi api = RunningApi.start(postgres, Map.of("offhook.api.max-global-endpoints", 100_000));
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                api.close();
                postgres.close();
            }));
            return api;
        }
    }
}

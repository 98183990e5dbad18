package io.offhook.bench.queries;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

/** The questions that users ask of the API, each with parameters of chance. */
final class ApiQueries {

    private static final String[] CAUSES = {"NORMAL_CLEARING", "NO_ANSWER"};

    private ApiQueries() {}

    /** By name: the path below {@code /api/v1}. */
    static Map<String, Function<Random, String>> all(HistoryStock stock) {
        Map<String, Function<Random, String>> queries = new LinkedHashMap<>();
        queries.put("calls, newest", _ -> "/calls");
        queries.put("calls of a tenant", random -> "/calls?tenant=" + tenant(random));
        queries.put("calls of a tenant before a day", random -> "/calls?tenant=" + tenant(random) + "&until="
                + daysAgo(random));
        queries.put("calls of a tenant's extension",
                random -> "/calls?tenant=" + tenant(random) + "&number=" + extension(random));
        queries.put("calls of an extension, all tenants", random -> "/calls?number=" + extension(random) + "&since="
                + Instant.now().minus(Duration.ofHours(2)));
        queries.put("calls of a number that never called", random -> "/calls?number=%2B4900" + random.nextInt(9999));
        queries.put("calls, rare direction", _ -> "/calls?direction=local");
        queries.put("calls of a tenant, rare direction",
                random -> "/calls?direction=local&tenant=" + tenant(random));
        queries.put("calls by cause", random -> "/calls?hangup_cause=" + CAUSES[random.nextInt(2)]);
        queries.put("calls of a tenant, rare cause",
                random -> "/calls?hangup_cause=GATEWAY_DOWN&tenant=" + tenant(random));
        queries.put("timeline", random -> "/calls/" + HistoryStock.uuid(1 + random.nextInt(stock.calls())));
        queries.put("deliveries, newest", _ -> "/deliveries");
        queries.put("deliveries of an endpoint", random -> "/deliveries?endpoint_id=" + endpoint(random));
        queries.put("deliveries that failed", _ -> "/deliveries?outcome=failed");
        queries.put("deliveries of an endpoint that failed",
                random -> "/deliveries?outcome=failed&endpoint_id=" + endpoint(random));
        queries.put("deliveries of a leg",
                random -> "/deliveries?uuid=" + HistoryStock.uuid(1 + random.nextInt(stock.calls())));
        queries.put("statistics, a day by 5 minutes", _ -> "/stats?step=5m");
        queries.put("statistics of a tenant, a day by 5 minutes",
                random -> "/stats?step=5m&tenant=" + tenant(random));
        queries.put("statistics, a week by the hour",
                _ -> "/stats?step=1h&from=" + Instant.now().minus(Duration.ofDays(7)));
        queries.put("statistics of an endpoint, a day by 5 minutes",
                random -> "/stats?step=5m&endpoint_id=" + endpoint(random));
        return queries;
    }

    private static String tenant(Random random) {
        return "t" + random.nextInt(HistoryStock.TENANTS) + ".example";
    }

    private static String extension(Random random) {
        return Integer.toString(1000 + random.nextInt(HistoryStock.EXTENSIONS));
    }

    private static Instant daysAgo(Random random) {
        return Instant.now().minus(Duration.ofDays(1 + random.nextInt(HistoryStock.DAYS - 2)));
    }

    private static String endpoint(Random random) {
        return HistoryStock.endpoint(random.nextInt(HistoryStock.TENANTS),
                random.nextInt(HistoryStock.ENDPOINTS_PER_TENANT));
    }
}

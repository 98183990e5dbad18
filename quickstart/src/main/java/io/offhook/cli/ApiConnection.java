package io.offhook.cli;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Talks to the REST API; whatever goes wrong ends in a {@link CommandFailure} that says what to do about it. */
final class ApiConnection implements AutoCloseable {

    private static final String DEFAULT_URL = "http://localhost:8080";
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    /** A resend of a million rows takes about this long. */
    private static final Duration TIMEOUT = Duration.ofMinutes(10);
    private static final int MAX_PAGE = 500;

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT).build();
    private final JsonMapper json = new JsonMapper();
    private final String base;
    private final String key;

    private ApiConnection(String base, String key) {
        this.base = base;
        this.key = key;
    }

    /** @throws CommandFailure when the variables do not say where the API is and who calls */
    static ApiConnection of(Map<String, String> environment) {
        String base = environment.getOrDefault("OFFHOOK_API_URL", "");
        String key = environment.getOrDefault("OFFHOOK_API_KEY", "");
        if (key.isEmpty()) {
            throw new CommandFailure(CommandFailure.FORBIDDEN, "OFFHOOK_API_KEY is not set (expected: an API key)");
        }
        if (!key.matches("[\\x21-\\x7e]+")) {
            throw new CommandFailure(CommandFailure.FORBIDDEN,
                    "OFFHOOK_API_KEY: (not shown) (expected: visible ASCII characters without spaces)");
        }
        return new ApiConnection(requireUrl(base.isEmpty() ? DEFAULT_URL : base).replaceFirst("/+$", ""), key);
    }

    private static String requireUrl(String text) {
        try {
            URI url = URI.create(text);
            if (List.of("http", "https").contains(String.valueOf(url.getScheme())) && url.getHost() != null
                    && url.getRawQuery() == null) {
                return text;
            }
        } catch (IllegalArgumentException e) {
            // The line below says it.
        }
        throw new CommandFailure(2, "OFFHOOK_API_URL: \"" + text + "\" (expected: such as " + DEFAULT_URL + ")");
    }

    JsonNode get(String path, Map<String, ?> query) {
        return send("GET", path + queryString(query), BodyPublishers.noBody());
    }

    /** Bears an Idempotency-Key, so that nothing on the way makes two of one. */
    JsonNode post(String path, Map<String, ?> body) {
        return send("POST", path, BodyPublishers.ofString(json.writeValueAsString(body)));
    }

    void delete(String path) {
        send("DELETE", path, BodyPublishers.noBody());
    }

    /** Reads a list page by page, up to {@code limit} rows. */
    List<JsonNode> list(String path, Map<String, ?> query, int limit) {
        var rows = new ArrayList<JsonNode>();
        String cursor = null;
        do {
            var page = new LinkedHashMap<String, Object>(query);
            page.put("limit", Math.min(MAX_PAGE, limit - rows.size()));
            page.put("cursor", cursor);
            JsonNode answer = get(path, page);
            answer.path("data").forEach(rows::add);
            cursor = answer.path("next_cursor").asString(null);
        } while (cursor != null && rows.size() < limit);
        return rows;
    }

    private static String queryString(Map<String, ?> query) {
        var text = new StringBuilder();
        query.forEach((name, value) -> {
            if (value != null) {
                text.append(text.isEmpty() ? '?' : '&').append(name).append('=').append(encoded(value.toString()));
            }
        });
        return text.toString();
    }

    /** For a path as well: there a space must not become a plus. */
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private JsonNode send(String method, String path, BodyPublisher body) {
        var request = HttpRequest.newBuilder(URI.create(base + "/api/v1" + path)).timeout(TIMEOUT)
                .header("authorization", "Bearer " + key).header("accept", "application/json");
        if (method.equals("POST")) {
            request.header("content-type", "application/json").header("idempotency-key", UUID.randomUUID().toString());
        }
        try {
            return read(http.send(request.method(method, body).build(), BodyHandlers.ofString()));
        } catch (HttpTimeoutException e) {
            throw unavailable("did not answer in time");
        } catch (ConnectException e) {
            throw unavailable("cannot be reached; is the API running, and does OFFHOOK_API_URL say where?");
        } catch (IOException e) {
            throw unavailable("cut the connection: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("was not waited for");
        }
    }

    private CommandFailure unavailable(String what) {
        return new CommandFailure(CommandFailure.UNAVAILABLE, base + " " + what);
    }

    private JsonNode read(HttpResponse<String> response) {
        int status = response.statusCode();
        if (status == 204) {
            return json.createObjectNode();
        }
        String type = response.headers().firstValue("content-type").orElse("");
        JsonNode body = null;
        if (type.startsWith("application/json") || type.startsWith("application/problem+json")) {
            try {
                body = json.readTree(response.body());
            } catch (JacksonException e) {
                // Told below, as what is no JSON at all.
            }
        }
        if (body == null) {
            throw unavailable("does not answer as Offhook's API does: " + status + " " + type);
        }
        if (status >= 300) {
            throw Problem.of(status, body, response.headers().firstValue("retry-after").orElse(null));
        }
        return body;
    }

    /** An RFC 9457 answer as a user reads it. */
    private static final class Problem {

        private Problem() {}

        static CommandFailure of(int status, JsonNode problem, String retryAfter) {
            var text = new StringBuilder(Terminal.plain(problem.path("detail").asString("refused with " + status)));
            for (JsonNode error : problem.path("errors")) {
                text.append("\n  ").append(Terminal.plain(error.path("field").asString())).append(": ")
                        .append(Terminal.plain(error.path("message").asString()));
            }
            if (retryAfter != null) {
                text.append("\n  try again after ").append(Terminal.plain(retryAfter)).append(" s");
            }
            if (status >= 500) {
                text.append("\n  request id: ").append(Terminal.plain(problem.path("request_id").asString("unknown")));
            }
            return new CommandFailure(switch (status) {
                case 401, 403 -> CommandFailure.FORBIDDEN;
                case 429 -> CommandFailure.UNAVAILABLE;
                default -> status >= 500 ? CommandFailure.UNAVAILABLE : CommandFailure.REFUSED;
            }, text.toString());
        }
    }

    @Override
    public void close() {
        http.close();
    }
}

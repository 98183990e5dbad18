package io.offhook.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The demo's endpoint, registered through the REST API as any user would do it. */
final class DemoEndpoint {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final JsonMapper JSON = new JsonMapper();

    private final URI endpoints;
    private final String key;

    /** @param api {@code http://endpoint-api:8080} */
    DemoEndpoint(URI api, String key) {
        this.endpoints = URI.create(api + "/api/v1/endpoints");
        this.key = key;
    }

    /** Tries until there is an endpoint with that URL, telling once why there is none yet. */
    void registerUntilDone(String url, String secret, boolean secretIsNew, PrintStream out)
            throws InterruptedException {
        String complaint = "";
        while (true) {
            try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(LIMIT)
                    .build()) {
                register(client, url, secret, secretIsNew);
                return;
            } catch (IOException e) {
                String reason = String.valueOf(e.getMessage());
                if (!reason.equals(complaint)) {
                    out.println("no endpoint yet, trying again: " + reason);
                    complaint = reason;
                }
                Thread.sleep(PAUSE);
            }
        }
    }

    /** An endpoint whose secret is not known any more is made anew. */
    private void register(HttpClient client, String url, String secret, boolean secretIsNew)
            throws IOException, InterruptedException {
        Optional<JsonNode> found = find(client, url);
        if (found.isPresent() && secretIsNew) {
            send(client, "DELETE", URI.create(endpoints + "/" + found.get().path("id").asString()), null);
        }
        if (found.isEmpty() || secretIsNew) {
            send(client, "POST", endpoints,
                    JSON.createObjectNode().put("url", url).put("name", "Demo").put("secret", secret));
        }
    }

    private Optional<JsonNode> find(HttpClient client, String url) throws IOException, InterruptedException {
        String cursor = "";
        do {
            JsonNode page = send(client, "GET", URI.create(endpoints + "?limit=500" + cursor), null);
            for (JsonNode endpoint : page.path("data")) {
                if (endpoint.path("url").asString().equals(url)) {
                    return Optional.of(endpoint);
                }
            }
            cursor = page.path("next_cursor").isString()
                    ? "&cursor=" + URLEncoder.encode(page.path("next_cursor").asString(), StandardCharsets.UTF_8)
                    : "";
        } while (!cursor.isEmpty());
        return Optional.empty();
    }

    private JsonNode send(HttpClient client, String method, URI target, ObjectNode body)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(target).timeout(LIMIT).header("authorization", "Bearer " + key)
                .header("content-type", "application/json")
                .method(method, body == null
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofString(body.toString()))
                .build();
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IOException("the API answered " + answer.statusCode() + " " + answer.body().strip());
        }
        return answer.body().isEmpty() ? JSON.createObjectNode() : JSON.readTree(answer.body());
    }
}

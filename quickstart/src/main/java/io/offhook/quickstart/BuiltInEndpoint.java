package io.offhook.quickstart;

import java.io.IOException;
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

/** The endpoint that sends to the built-in receiver, kept up to date through the REST API as any user would do it. */
final class BuiltInEndpoint {

    private static final String NAME = "Quickstart";
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final JsonMapper JSON = new JsonMapper();

    private final URI api;
    private final String key;

    /** @param api the collection, {@code http://localhost:8080/api/v1/endpoints} */
    BuiltInEndpoint(URI api, String key) {
        this.api = api;
        this.key = key;
    }

    /** Registers the endpoint, or finds that of an earlier start again and gives it the receiver's present URL. */
    void register(URI receiver, String secret) throws IOException, InterruptedException {
        ObjectNode wanted = JSON.createObjectNode().put("url", receiver.toString());
        try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(LIMIT)
                .build()) {
            Optional<JsonNode> found = find(client);
            if (found.isEmpty()) {
                send(client, "POST", api, wanted.put("name", NAME).put("secret", secret));
            } else if (!found.get().path("url").asString().equals(receiver.toString())) {
                send(client, "PATCH", URI.create(api + "/" + found.get().path("id").asString()), wanted);
            }
        }
    }

    /** By the path of its URL, which users have no reason to change and every reason not to use themselves. */
    private Optional<JsonNode> find(HttpClient client) throws IOException, InterruptedException {
        String cursor = "";
        do {
            JsonNode page = send(client, "GET", URI.create(api + "?limit=500" + cursor), null);
            for (JsonNode endpoint : page.path("data")) {
                URI url = URI.create(endpoint.path("url").asString());
                if (BuiltInReceiver.PATH.equals(url.getPath()) && "127.0.0.1".equals(url.getHost())) {
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
            throw new StartRefused(
                    "the API refused the built-in receiver: " + answer.statusCode() + " " + answer.body().strip());
        }
        return JSON.readTree(answer.body());
    }
}

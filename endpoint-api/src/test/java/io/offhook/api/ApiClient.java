package io.offhook.api;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Talks to the API as a user's program would. */
public final class ApiClient {

    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5)).build();
    private static final JsonMapper JSON = new JsonMapper();

    private final String base;
    private final String key;
    private final Map<String, String> headers;

    ApiClient(String base, String key) {
        this(base, key, Map.of());
    }

    private ApiClient(String base, String key, Map<String, String> headers) {
        this.base = base;
        this.key = key;
        this.headers = headers;
    }

    public record Answer(HttpResponse<String> response) {

        public int status() {
            return response.statusCode();
        }

        public JsonNode json() {
            return JSON.readTree(response.body());
        }

        public String header(String name) {
            return response.headers().firstValue(name).orElse(null);
        }

        public String text(String field) {
            return json().get(field).asString();
        }

        /** The fields of {@code errors} in their order. */
        public List<String> wrongFields() {
            var fields = new ArrayList<String>();
            json().path("errors").forEach(error -> fields.add(error.get("field").asString()));
            return fields;
        }

        /** The message on a field of {@code errors}. */
        public String messageOn(String field) {
            for (JsonNode error : json().path("errors")) {
                if (error.get("field").asString().equals(field)) {
                    return error.get("message").asString();
                }
            }
            return null;
        }

        @Override
        public String toString() {
            return status() + " " + response.body();
        }
    }

    public ApiClient with(String header, String value) {
        var more = new HashMap<>(headers);
        more.put(header, value);
        return new ApiClient(base, key, more);
    }

    String key() {
        return key;
    }

    public ApiClient withoutKey() {
        return new ApiClient(base, null, headers);
    }

    public Answer get(String path) {
        return send("GET", path, BodyPublishers.noBody());
    }

    public Answer delete(String path) {
        return send("DELETE", path, BodyPublishers.noBody());
    }

    public Answer post(String path) {
        return send("POST", path, BodyPublishers.noBody());
    }

    public Answer post(String path, Object body) {
        return sendJson("POST", path, body);
    }

    public Answer put(String path, Object body) {
        return sendJson("PUT", path, body);
    }

    public Answer patch(String path, Object body) {
        return sendJson("PATCH", path, body);
    }

    /** @param body text as it is, anything else as JSON */
    public Answer sendJson(String method, String path, Object body) {
        String text = body instanceof String given ? given : JSON.writeValueAsString(body);
        ApiClient typed = headers.containsKey("content-type") ? this : with("content-type", "application/json");
        return typed.send(method, path, BodyPublishers.ofString(text));
    }

    public Answer send(String method, String path, BodyPublisher body) {
        var request = HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofSeconds(40)).method(method,
                body);
        if (key != null) {
            request.header("authorization", "Bearer " + key);
        }
        headers.forEach(request::header);
        try {
            return new Answer(HTTP.send(request.build(), BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new IllegalStateException(method + " " + path + " got no answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}

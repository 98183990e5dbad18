package io.offhook.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.offhook.api.call.CallSite;
import io.offhook.api.openapi.ApiDocument;
import io.offhook.api.openapi.BodySchemas;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every operation of the OpenAPI document under bodies, parameters and headers that no program of good will would send: the answer is
 * documented, never a 5xx, never a stack trace, and comes in time.
 */
class HostileRequestsTest {

    private static final int BOUND_MILLIS = (int) Duration.ofSeconds(15).toMillis();
    private static final int MAX_ANSWER = 8 * 1024 * 1024;

    private static final RunningApi RUNNING = CallSite.Shared.get().api();
    private static final ApiDocument DOCUMENT = ApiDocument.served();
    private static final BodySchemas SCHEMAS = new BodySchemas(DOCUMENT);
    private static final TenantData DATA = TenantData.make(CallSite.Shared.get(),
            "hostile" + UUID.randomUUID() + ".example");

    /** Values that have broken programs: types, numbers, controls, half pairs, SQL, patterns, paths, times. */
    private static final List<String> JSON_VALUES = List.of("null", "true", "false", "0", "-1", "-0.0", "1e308",
            "1e400",
            "2147483648", "9223372036854775808", "9".repeat(99), "9".repeat(5_000), "01", "NaN", "0x10", "\"\"",
            "\"x\"", "\" \"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00x\"", "\"\\ud83d\\ude00\"", "\"\u202e\"",
            "\"" + "a".repeat(3_000) + "\"", "\"' or 1=1; drop table endpoints; --\"", "\"%' --\"",
            "\"(a+)+$\"", "\"${jndi:ldap://x}\"", "\"../../etc/passwd\"", "\"9999-12-31T23:59:59+18:00\"",
            "\"-999999999-01-01T00:00:00Z\"", "\"2026-02-30T00:00:00Z\"", "\"2026-01-01\"",
            "\"3f0c5f1e-5a3b-4a08-9a6e-0a8a0d1d7c55\"", "\"http://127.0.0.1:9/\"", "\"http://[::1\"",
            "\"http://a:b@127.0.0.1/\"", "[]", "[[]]", "[null]", "[\"hangup\",\"hangup\"]", "{}", "{\"a\":{}}",
            "{\"\":\"\"}", "{\"host\":\"x\"}", "[".repeat(40) + "]".repeat(40));

    private static final List<String> WHOLE_BODIES = List.of("", " ", "{", "}", "[]", "null", "7", "\"x\"",
            "{\"a\":1}{",
            "{\"a\":1,\"a\":2}", "{'a':1}", "{a:1}", "{\"a\":1,}", "// c\n{}", "\ufeff{}",
            "{\"a\":".repeat(60) + "1" + "}".repeat(60), "[".repeat(60_000), "{\"a\":" + "9".repeat(60_000) + "}",
            "{\"a\":\"" + "x".repeat(70_000) + "\"}");

    private static final List<String> TEXTS = List.of("", " ", "x", "%00", "\u0000", "%", "%zz", "'", "\"", "--", "*",
            "0", "-1", "501", "99999999999999999999", "1e3", "null", "undefined", "../..", "..%2f", ";", "a;b=c", "<b>",
            "{}", "[]", "\u00e9", "\ud83d\ude00", "\r\nx-a: b", "a".repeat(2_000), "2026-01-31T12:00:00Z",
            "2026-01-31T12:00:00+99:99", "+999999999-12-31T23:59:59Z", "3f0c5f1e-5a3b-4a08-9a6e-0a8a0d1d7c55",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "originate", "pending", "tenant-a.example");

    private static final List<String> HEADERS = List.of("content-type: text/plain", "content-type: nonsense",
            "content-type: application/json; charset=utf-16", "content-type: multipart/form-data",
            "content-type: application/x-www-form-urlencoded", "content-type: application/merge-patch+json",
            "accept: text/html", "accept: nonsense", "accept: */*;q=x", "if-match: *", "if-match: W/\"1\"",
            "if-match: \"", "if-match: " + "\"x\",".repeat(500), "idempotency-key: a b", "idempotency-key: ",
            "idempotency-key: " + "k".repeat(300), "idempotency-key: \u00e9", "content-encoding: gzip",
            "expect: 100-continue", "range: bytes=0-1", "x-request-id: ${x}", "x-request-id: " + "i".repeat(100),
            "x-http-method-override: DELETE", "origin: http://evil.example", "accept-language: \u0001",
            "cookie: a=b; \u00e9", "x-long: " + "y".repeat(9_000), "authorization: Bearer x");

    /** Its text is what a counterexample shows. */
    private record Request(ApiDocument.Operation operation, String target, List<String> headers, byte[] body) {

        @Override
        public String toString() {
            return operation.method() + " " + cut(target) + " " + headers.stream().map(Request::cut).toList() + " "
                    + cut(new String(body, StandardCharsets.UTF_8));
        }

        private static String cut(String text) {
            return text.length() <= 300 ? text : text.substring(0, 300) + "... (" + text.length() + ")";
        }
    }

    @Property(tries = 600, seed = "42", shrinking = ShrinkingMode.OFF)
    void everyOperationAnswersWhateverComes(@ForAll("requests") Request request) throws IOException {
        Answer answer = send(request);

        assertThat(answer.status()).as(request + "\n" + answer).isBetween(200, 499);
        assertThat(answer.body()).doesNotContain("Exception", "\tat ", "io.offhook", "org.springframework", "PSQL");
        if (answer.status() >= 400) {
            assertThat(answer.contentType()).as(request + "\n" + answer).isEqualTo("application/problem+json");
        }
        // What cannot be read as a request of this operation is answered before it is known to be one.
        if (answer.fromOperation()) {
            assertThat(SCHEMAS.undocumented(request.operation(), answer.status(), answer.contentType(), answer.body()))
                    .as(request.toString()).isEmpty();
        }
    }

    /** A parameter without a name, and a form without a boundary, were a 500. */
    @Example
    void whatOnceWasAServerErrorIsNoMore() throws IOException {
        ApiDocument.Operation list = DOCUMENT.operations().stream()
                .filter(operation -> operation.id().equals("listEndpoints")).findFirst().orElseThrow();
        for (Request request : List.of(new Request(list, list.path() + "?=x", List.of(), new byte[0]),
                new Request(list, list.path() + "?a=%zz", List.of(), new byte[0]),
                new Request(list, list.path(), List.of("content-type: multipart/form-data"), new byte[0]))) {
            everyOperationAnswersWhateverComes(request);
        }
    }

    @Provide
    Arbitrary<Request> requests() {
        return Arbitraries.of(DOCUMENT.operations()).flatMap(operation -> Combinators
                .combine(targets(operation), Arbitraries.of(HEADERS).list().ofMaxSize(2), bodies(operation))
                .as((target, headers, body) -> new Request(operation, target, headers, body)));
    }

    private static Arbitrary<String> targets(ApiDocument.Operation operation) {
        // What is removed is nothing that the others need.
        String real = operation.method().equals("DELETE")
                ? operation.path().replaceFirst("\\{[^}]*}", UUID.randomUUID().toString())
                : DATA.path(operation.path())
                        .orElseThrow(() -> new AssertionError("TenantData owns nothing for " + operation));
        Arbitrary<String> path = operation.path().contains("{")
                ? Arbitraries.frequencyOf(Tuple.of(3, Arbitraries.just(real)),
                        Tuple.of(1, Arbitraries.of(TEXTS).map(text -> operation.path()
                                .replaceFirst("\\{[^}]*}", encoded(text).replace("$", "\\$")))))
                : Arbitraries.just(real);
        var names = new ArrayList<>(List.of("unknown", "limit", "cursor", ""));
        operation.node().path("parameters").forEach(parameter -> {
            if (parameter.get("in").asString().equals("query")) {
                names.add(parameter.get("name").asString());
            }
        });
        Arbitrary<String> parameter = Combinators.combine(Arbitraries.of(names), Arbitraries.of(TEXTS),
                Arbitraries.of(true, true, true, false))
                .as((name, value, encode) -> name + "=" + (encode ? encoded(value) : rawInTarget(value)));
        return Combinators.combine(path, parameter.list().ofMaxSize(3))
                .as((text, parameters) -> parameters.isEmpty() ? text : text + "?" + String.join("&", parameters));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** As it is, but for what would end the line. */
    private static String rawInTarget(String text) {
        return text.replaceAll("[\r\n ]", "+");
    }

    private static Arbitrary<byte[]> bodies(ApiDocument.Operation operation) {
        Arbitrary<byte[]> random = Arbitraries.bytes().array(byte[].class).ofMaxSize(200);
        Arbitrary<byte[]> whole = Arbitraries.of(WHOLE_BODIES).map(text -> text.getBytes(StandardCharsets.UTF_8));
        if (!operation.node().has("requestBody")) {
            return Arbitraries.oneOf(Arbitraries.just(new byte[0]), random, whole);
        }
        JsonNode example = operation.node().at("/requestBody/content/application~1json/example");
        var names = new ArrayList<>(example.propertyNames());
        names.addAll(List.of("id", "unknown", "headers", "\\u0000", "tenant"));
        Arbitrary<byte[]> field = Combinators.combine(Arbitraries.of(names), Arbitraries.of(JSON_VALUES))
                .as((name, value) -> "\"" + name + "\":" + value).list().ofMinSize(1).ofMaxSize(3)
                .map(fields -> ("{" + String.join(",", fields) + "}").getBytes(StandardCharsets.UTF_8));
        Arbitrary<byte[]> mutilated = Combinators
                .combine(Arbitraries.integers().between(0, 10_000), Arbitraries.bytes())
                .as((position, value) -> {
                    // A name server would be asked for the example's host.
                    byte[] text = example.toString().replace("https://crm.example/hooks", "http://127.0.0.1:9/")
                            .getBytes(StandardCharsets.UTF_8);
                    text[position % text.length] = value;
                    return text;
                });
        return Arbitraries.oneOf(field, field, mutilated, whole, random);
    }

    private record Answer(int status, String head, String body) {

        String contentType() {
            return head.lines().filter(line -> line.toLowerCase().startsWith("content-type:")).findFirst()
                    .map(line -> line.substring("content-type:".length()).replaceFirst(";.*", "").strip()).orElse(null);
        }

        /** Whether Spring's dispatcher answered: what Tomcat refuses bears no request id. */
        boolean fromOperation() {
            return head.toLowerCase().contains("x-request-id") && status != 404 && status != 405;
        }
    }

    /** Byte by byte, as an HTTP client would refuse to send it. */
    private static Answer send(Request request) throws IOException {
        try (var socket = new Socket("localhost", RUNNING.port())) {
            socket.setSoTimeout(BOUND_MILLIS);
            var bytes = new ByteArrayOutputStream();
            var head = new StringBuilder(request.operation().method()).append(' ').append(request.target())
                    .append(" HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n");
            request.headers().stream().filter(line -> line.contains(": ")).forEach(line -> head.append(line)
                    .append("\r\n"));
            if (request.headers().stream().noneMatch(line -> line.startsWith("authorization"))) {
                head.append("authorization: Bearer ").append(DATA.key()).append("\r\n");
            }
            if (request.headers().stream().noneMatch(line -> line.startsWith("content-type"))) {
                head.append("content-type: application/json\r\n");
            }
            head.append("content-length: ").append(request.body().length).append("\r\n\r\n");
            bytes.write(head.toString().getBytes(StandardCharsets.UTF_8));
            bytes.write(request.body());
            try {
                socket.getOutputStream().write(bytes.toByteArray());
            } catch (IOException e) {
                // Refused before it was sent whole; the answer may still be read.
            }
            return read(socket.getInputStream().readNBytes(MAX_ANSWER));
        }
    }

    private static Answer read(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int end = text.indexOf("\r\n\r\n");
        assertThat(end).as("an answer: " + text).isPositive();
        String head = text.substring(0, end);
        String body = text.substring(end + 4);
        if (head.toLowerCase().contains("transfer-encoding: chunked")) {
            body = unchunked(body);
        }
        String status = head.substring(9, 12);
        if (status.equals("100")) {
            return read(text.substring(end + 4).getBytes(StandardCharsets.UTF_8));
        }
        return new Answer(Integer.parseInt(status), head, body);
    }

    private static String unchunked(String body) {
        var text = new StringBuilder();
        byte[] all = body.getBytes(StandardCharsets.UTF_8);
        int at = 0;
        while (at < all.length) {
            int line = at;
            while (all[line] != '\r') {
                line++;
            }
            int length = Integer.parseInt(new String(all, at, line - at, StandardCharsets.US_ASCII), 16);
            text.append(new String(all, line + 2, length, StandardCharsets.UTF_8));
            at = line + 2 + length + 2;
        }
        return text.toString();
    }
}

package io.offhook.testkit.receiver;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.offhook.testkit.receiver.Answer.Hang;
import io.offhook.testkit.receiver.Answer.HangUp;

/**
 * The behaviour that a request's own path and query ask for; the list is in {@link WebhookReceiver}'s Javadoc.
 *
 * @param answer what to do
 * @param firstTries how many tries of each webhook-id get it, the later ones get 200; {@link Integer#MAX_VALUE}: all
 */
record PathBehaviour(Answer answer, int firstTries) {
    private static final int DAY_MILLIS = 86_400_000;

    /**
     * Reads a request target.
     *
     * @throws IllegalArgumentException when it names no behaviour or a number is missing or out of range
     */
    static PathBehaviour of(String target) {
        QueryStringDecoder decoder = new QueryStringDecoder(target, StandardCharsets.UTF_8);
        Query query = new Query(decoder.parameters());
        List<String> segments = Stream.of(decoder.path().split("/")).filter(segment -> !segment.isEmpty()).toList();
        String name = segments.isEmpty() ? "ok" : segments.getFirst();
        String argument = segments.size() < 2 ? "" : segments.get(1);

        Answer answer = answer(name, argument, query);
        if (answer instanceof Answer.Response response && query.has("retry-after")) {
            answer = response.with("retry-after", query.text("retry-after"));
        }
        if (query.has("delay")) {
            answer = new Answer.Delayed(millis("delay", query.text("delay")), answer);
        }
        int first = name.equals("fail-first")
                ? number("fail-first", argument, 0, 1_000_000)
                : query.has("first") ? number("first", query.text("first"), 0, 1_000_000) : Integer.MAX_VALUE;
        return new PathBehaviour(answer, first);
    }

    private static Answer answer(String name, String argument, Query query) {
        return switch (name) {
            case "ok" -> Answer.ok();
            case "status" -> Answer.status(number(name, argument, 200, 599));
            case "delay" -> new Answer.Delayed(millis(name, argument), Answer.status(query.status(200)));
            case "hang" -> new Hang(choice(Hang.Stage.class, name, argument));
            case "drip" -> new Answer.Drip(Duration.ofMillis(number(name, argument, 1, DAY_MILLIS)));
            case "reset" -> new HangUp(argument.equals("early") ? HangUp.How.RESET_EARLY : HangUp.How.RESET);
            case "huge" -> new Answer.Huge(number(name, argument, 0, Integer.MAX_VALUE));
            case "gzip-bomb" -> new Answer.GzipBomb(argument.isEmpty() ? 100 : number(name, argument, 1, 100_000));
            case "redirect" -> Answer.status(query.status(302)).with("location", query.text("to"));
            case "retry-after" -> Answer.status(query.status(429)).with("retry-after",
                    query.has("date") ? query.text("date") : argument);
            case "gone" -> Answer.status(410);
            case "fail-first" -> Answer.status(query.status(500));
            case "garbage" -> new HangUp(HangUp.How.GARBAGE);
            case "close" -> new HangUp(HangUp.How.CLOSE);
            default -> throw new IllegalArgumentException("path: /" + name + " (expected: /ok, /status, /delay, /hang,"
                    + " /drip, /reset, /huge, /gzip-bomb, /redirect, /retry-after, /gone, /fail-first, /garbage, /close,"
                    + " or one that the test set)");
        };
    }

    private static Duration millis(String name, String text) {
        return Duration.ofMillis(number(name, text, 0, DAY_MILLIS));
    }

    private static int number(String name, String text, int least, int most) {
        if (!text.matches("[0-9]{1,10}") || Long.parseLong(text) < least || Long.parseLong(text) > most) {
            throw new IllegalArgumentException(name + ": '" + text + "' (expected: " + least + "-" + most + ")");
        }
        return Integer.parseInt(text);
    }

    private static <E extends Enum<E>> E choice(Class<E> type, String name, String text) {
        return Stream.of(type.getEnumConstants()).filter(one -> one.name().equalsIgnoreCase(text)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(name + ": '" + text + "' (expected: one of "
                        + List.of(type.getEnumConstants()) + " in lower case)"));
    }

    private record Query(Map<String, List<String>> parameters) {
        boolean has(String name) {
            return parameters.containsKey(name);
        }

        String text(String name) {
            if (!has(name)) {
                throw new IllegalArgumentException("query parameter " + name + " is missing");
            }
            return parameters.get(name).getFirst();
        }

        int status(int otherwise) {
            return has("status") ? number("status", text("status"), 200, 599) : otherwise;
        }
    }
}

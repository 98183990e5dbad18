package io.offhook.testkit.receiver;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Chooses the answer: what the test set for a path in code, else what the path says, else the fallback. */
final class Behaviours {
    /** Tries are counted per webhook-id; a longer run than this does not belong on a path that counts. */
    private static final int MOST_COUNTED_IDS = 1_000_000;

    private final Map<String, Function<Received, Answer>> byPath = new ConcurrentHashMap<>();
    private final Map<String, Integer> tries = new ConcurrentHashMap<>();
    private final Function<Received, Answer> fallback;

    /** @param fallback for paths that name no behaviour; {@code null}: 404 that says what is known */
    Behaviours(Function<Received, Answer> fallback) {
        this.fallback = fallback;
    }

    void set(String path, Function<Received, Answer> behaviour) {
        byPath.put(path, behaviour);
    }

    void reset() {
        byPath.clear();
        tries.clear();
    }

    Answer choose(Received request) {
        Function<Received, Answer> set = byPath.get(request.path());
        if (set != null) {
            return set.apply(request);
        }
        try {
            PathBehaviour behaviour = PathBehaviour.of(request.target());
            return isPastFirstTries(request, behaviour.firstTries()) ? Answer.ok() : behaviour.answer();
        } catch (IllegalArgumentException unknown) {
            // The test meant another path: a 404 with the reason is seen in the ledger and in the client's error.
            return fallback != null
                    ? fallback.apply(request)
                    : new Answer.Response(404, Map.of(), unknown.getMessage().getBytes());
        }
    }

    /** Whether the request is to be reset before its body is read. A query may say otherwise: it is looked at later. */
    boolean resetsEarly(String target) {
        return target.startsWith("/reset/early") && target.indexOf('?') < 0 && !byPath.containsKey(target);
    }

    private boolean isPastFirstTries(Received request, int firstTries) {
        if (firstTries == Integer.MAX_VALUE) {
            return false;
        }
        if (tries.size() >= MOST_COUNTED_IDS) {
            throw new IllegalStateException("more than " + MOST_COUNTED_IDS + " webhook-ids on paths that count tries");
        }
        return tries.merge(request.path() + " " + request.webhookId(), 1, Integer::sum) > firstTries;
    }
}

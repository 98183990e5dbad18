package io.offhook.testkit.receiver;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** How many requests each path has at a time: those read and neither answered in full nor given up by the client. */
final class InFlight {
    private final Map<String, Load> byPath = new ConcurrentHashMap<>();

    private record Load(int now, int most) {
        Load plus(int change) {
            return new Load(now + change, Math.max(most, now + change));
        }
    }

    /** One request; ends once. */
    final class Request {
        private final String path;
        private final AtomicBoolean ended = new AtomicBoolean();

        private Request(String path) {
            this.path = path;
        }

        void end() {
            if (ended.compareAndSet(false, true)) {
                byPath.computeIfPresent(path, (key, load) -> load.plus(-1));
            }
        }
    }

    Request begin(String target) {
        int query = target.indexOf('?');
        Request request = new Request(query < 0 ? target : target.substring(0, query));
        byPath.merge(request.path, new Load(1, 1), (load, one) -> load.plus(1));
        return request;
    }

    int now(String path) {
        return byPath.getOrDefault(path, new Load(0, 0)).now();
    }

    int most(String path) {
        return byPath.getOrDefault(path, new Load(0, 0)).most();
    }

    /** Forgets the maxima; what is in flight stays counted. */
    void reset() {
        byPath.replaceAll((path, load) -> new Load(load.now(), load.now()));
    }
}

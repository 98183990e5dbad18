package io.offhook.bench.dispatch;

import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * The first yardstick of efficiency, a process of its own: the client alone, which POSTs bodies from memory as fast as it can, until
 * it is killed. Arguments: requests under way, then URLs.
 */
final class BarePost {

    private static final int BODIES = 3_000;

    private BarePost() {}

    public static void main(String[] arguments) throws Exception {
        var slots = new Semaphore(Integer.parseInt(arguments[0]));
        List<String> urls = List.of(arguments).subList(1, arguments.length);
        var stock = new EventStock("none", urls.size(), BODIES / EventStock.EVENTS_PER_LEG);
        byte[][] bodies = new byte[BODIES][];
        for (int i = 0; i < BODIES; i++) {
            bodies[i] = stock.record(i).value();
        }
        try (var client = new PostClient()) {
            for (int i = 0; true; i = (i + 1) % BODIES) {
                slots.acquire();
                client.post(urls.get(stock.tenantOf(i)), bodies[i], _ -> slots.release());
            }
        }
    }
}

package io.offhook.api.security;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.offhook.api.problem.Problem;
import io.offhook.api.problem.ProblemException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;

/**
 * Slows down who tries keys: an address has a budget of wrong ones that fills up again slowly, and while it is used up its keys are not
 * looked at. Nobody is made to wait inside the server, so no threads pile up. Keys that were right lately pass all the same: behind a
 * proxy that hides its clients' addresses one of them cannot lock out the others.
 */
final class WrongKeys {

    private static final Logger log = LoggerFactory.getLogger(WrongKeys.class);

    /** The networks that IPv6 gives to one customer: who has one has all of its addresses. */
    private static final int IPV6_NETWORK_BYTES = 8;
    private static final int MAX_ADDRESS = 64;
    private static final int KNOWN_KEYS = 10_000;

    private final WrongKeySettings settings;
    private final InstantSource time;
    private final Counter refused;
    private final Counter slowed;
    private final Map<String, Budget> budgets;
    private final Map<String, Boolean> known = lru(KNOWN_KEYS);

    WrongKeys(WrongKeySettings settings, InstantSource time, MeterRegistry meters) {
        this.settings = settings;
        this.time = time;
        this.refused = counter(meters, "refused");
        this.slowed = counter(meters, "slowed");
        this.budgets = lru(settings.addresses());
    }

    private static Counter counter(MeterRegistry meters, String outcome) {
        return Counter.builder("offhook.api.wrong.keys").description("Requests with a wrong API key")
                .tag("outcome", outcome).register(meters);
    }

    /** Tries that are left, as of a time. */
    private static final class Budget {
        private double tries;
        private long asOfMillis;
        private boolean toldSlow;
    }

    /** @throws ProblemException 429 while the address has used its budget up, unless the key was right lately */
    synchronized void admit(String address, KeyHash key) {
        if (known.containsKey(text(key))) {
            return;
        }
        String network = network(address);
        Budget budget = budgets.get(network);
        if (budget == null || refill(budget).tries >= 1) {
            return;
        }
        slowed.increment();
        if (!budget.toldSlow) {
            budget.toldSlow = true;
            log.atWarn().addKeyValue("remote_address", network).log("too many wrong API keys; slowed down");
        }
        long wait = (long) Math.ceil((1 - budget.tries) * settings.interval().toMillis());
        throw new ProblemException(Problem.of(HttpStatus.TOO_MANY_REQUESTS,
                "too many wrong keys came from this address; try again later").withHeader("Retry-After",
                        Long.toString(Math.max(1, Duration.ofMillis(wait + 999).toSeconds()))));
    }

    synchronized void right(KeyHash key) {
        known.put(text(key), true);
    }

    /** The budget may go below nothing by requests that were admitted at the same time. */
    synchronized void wrong(String address, KeyHash key) {
        known.remove(text(key));
        refused.increment();
        String network = network(address);
        Budget budget = budgets.computeIfAbsent(network, _ -> full());
        refill(budget).tries = Math.max(-settings.burst(), budget.tries - 1);
        log.atWarn().addKeyValue("remote_address", network).log("wrong API key");
    }

    private Budget full() {
        var budget = new Budget();
        budget.tries = settings.burst();
        budget.asOfMillis = time.millis();
        return budget;
    }

    private Budget refill(Budget budget) {
        long now = time.millis();
        double gained = Math.max(0, now - budget.asOfMillis) / (double) settings.interval().toMillis();
        budget.tries = Math.min(settings.burst(), budget.tries + gained);
        budget.asOfMillis = now;
        if (budget.tries >= 1) {
            budget.toldSlow = false;
        }
        return budget;
    }

    /** A text that is no address, which a proxy may pass on, stands for itself. */
    private static String network(String address) {
        try {
            InetAddress parsed = InetAddress.ofLiteral(address);
            if (parsed instanceof Inet6Address) {
                return HexFormat.of().formatHex(Arrays.copyOf(parsed.getAddress(), IPV6_NETWORK_BYTES)) + "::/64";
            }
            return parsed.getHostAddress();
        } catch (IllegalArgumentException e) {
            return address.substring(0, Math.min(MAX_ADDRESS, address.length()));
        }
    }

    private static String text(KeyHash key) {
        return HexFormat.of().formatHex(key.bytes());
    }

    private static <V> Map<String, V> lru(int max) {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                return size() > max;
            }
        };
    }
}

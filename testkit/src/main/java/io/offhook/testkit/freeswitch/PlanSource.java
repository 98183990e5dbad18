package io.offhook.testkit.freeswitch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/** Draws call plans from a load: kind, tenant, numbers, times. The same seed draws the same plans. */
final class PlanSource {
    private final CallLoad load;
    private final SplittableRandom random;
    private final List<CallKind> kinds = new ArrayList<>();

    PlanSource(CallLoad load, long seed) {
        this.load = load;
        this.random = new SplittableRandom(seed);
        for (CallKind kind : CallKind.values()) {
            kinds.addAll(Collections.nCopies(load.mix().getOrDefault(kind, 0), kind));
        }
    }

    CallPlan next() {
        CallKind kind = kinds.get(random.nextInt(kinds.size()));
        String tenant = load.tenants().get(random.nextInt(load.tenants().size()));
        boolean did = kind == CallKind.DID;
        String caller = did ? "+49151" + digits(8) : extension();
        String dialled = switch (kind) {
            case DID -> "+4930" + digits(7);
            case RING_GROUP -> "5" + digits(2);
            case APP_ANSWERED -> "9" + digits(3);
            default -> random.nextInt(3) == 0 ? "0" + "49" + digits(9) : extension();
        };
        return new CallPlan(kind, tenant, caller, dialled, List.of(extension(), extension(), extension()),
                between(load.shortestRing(), load.longestRing()), between(load.shortestTalk(), load.longestTalk()));
    }

    private String extension() {
        return Integer.toString(2000 + random.nextInt(2000));
    }

    private String digits(int count) {
        StringBuilder digits = new StringBuilder().append((char) ('1' + random.nextInt(9)));
        while (digits.length() < count) {
            digits.append((char) ('0' + random.nextInt(10)));
        }
        return digits.toString();
    }

    private Duration between(Duration shortest, Duration longest) {
        long spread = longest.minus(shortest).toNanos() / 1000;
        return shortest.plusNanos(spread == 0 ? 0 : random.nextLong(spread + 1) * 1000);
    }
}

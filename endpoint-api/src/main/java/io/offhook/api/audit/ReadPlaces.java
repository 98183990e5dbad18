package io.offhook.api.audit;

import java.util.HashMap;
import java.util.Map;

import io.offhook.api.problem.Problem;
import io.offhook.api.problem.ProblemException;

/** How many may read at once: in all, and of one tenant, so that none takes all places. Callers of all tenants count only in all. */
final class ReadPlaces {

    /** One that is taken, until it is closed. */
    interface Place extends AutoCloseable {
        @Override
        void close();
    }

    private final int most;
    private final int mostOfTenant;
    private final Map<String, Integer> byTenant = new HashMap<>();
    private int taken;

    ReadPlaces(int most, int mostOfTenant) {
        this.most = most;
        this.mostOfTenant = mostOfTenant;
    }

    /**
     * @param tenant {@code null} for a caller of all tenants
     * @throws ProblemException 503 when there is none
     */
    synchronized Place take(String tenant) {
        int ofTenant = tenant == null ? 0 : byTenant.getOrDefault(tenant, 0);
        if (taken >= most) {
            throw refusal(taken + " reads of events are under way (at most " + most + "); try again");
        }
        if (ofTenant >= mostOfTenant) {
            throw refusal(ofTenant + " reads of events by keys of tenant " + tenant + " are under way (at most "
                    + mostOfTenant + "); try again");
        }
        taken++;
        if (tenant != null) {
            byTenant.put(tenant, ofTenant + 1);
        }
        return () -> giveBack(tenant);
    }

    private static ProblemException refusal(String detail) {
        return new ProblemException(Problem.unavailable(detail));
    }

    private synchronized void giveBack(String tenant) {
        taken--;
        if (tenant != null) {
            byTenant.computeIfPresent(tenant, (_, count) -> count == 1 ? null : count - 1);
        }
    }

    synchronized int taken() {
        return taken;
    }
}

package io.offhook.ingestor;

import java.time.Duration;

import io.offhook.ingestor.call.TrackerTimings;
import io.offhook.runtime.InvalidSettingException;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the ingestor finds out what it has missed, and when it may close a leg that nobody ended.
 *
 * @param originateSearch how long a leg that is first seen midway waits for its originate, which another ingestor may be publishing
 * @param snapshotDelay after a connect until the node is asked which legs it has; its list lags by up to half a second
 * @param questionInterval between two questions about one leg
 * @param retry after a question that the node did not answer
 * @param dumpsPerSecond how fast legs are dumped
 * @param inferenceHold how long what a snapshot shows waits for FreeSWITCH's own events
 * @param closingHold how long a leg that its node denies waits for its CDR, where CDRs are taken
 * @param coreUnheard how long no ingestor has heard a core until it is suspected to be dead
 * @param recoveryGrace how long the legs of a suspected core may still be recovered
 */
@ConfigurationProperties("offhook.reconciliation")
public record ReconciliationSettings(@DefaultValue("5s") Duration originateSearch,
        @DefaultValue("1s") Duration snapshotDelay, @DefaultValue("5s") Duration questionInterval,
        @DefaultValue("5s") Duration retry, @DefaultValue("200") int dumpsPerSecond,
        @DefaultValue("2s") Duration inferenceHold, @DefaultValue("30s") Duration closingHold,
        @DefaultValue("10m") Duration coreUnheard, @DefaultValue("120s") Duration recoveryGrace) {

    public ReconciliationSettings {
        notNegative("originate-search", originateSearch);
        notNegative("snapshot-delay", snapshotDelay);
        notNegative("question-interval", questionInterval);
        notNegative("retry", retry);
        notNegative("inference-hold", inferenceHold);
        notNegative("closing-hold", closingHold);
        notNegative("core-unheard", coreUnheard);
        notNegative("recovery-grace", recoveryGrace);
        if (dumpsPerSecond < 1 || dumpsPerSecond > 10_000) {
            throw new InvalidSettingException("offhook.reconciliation.dumps-per-second", dumpsPerSecond,
                    "a whole number from 1 to 10000");
        }
    }

    private static void notNegative(String name, Duration value) {
        if (value.isNegative()) {
            throw new InvalidSettingException("offhook.reconciliation." + name, value, "a duration of 0s or more");
        }
    }

    Reconciliation.Pace pace() {
        return new Reconciliation.Pace(snapshotDelay, questionInterval, retry, dumpsPerSecond);
    }

    /** @param cdrsTaken without CDRs there is nothing more to wait for than events under way */
    TrackerTimings timings(IngestorSettings ingestor, boolean cdrsTaken) {
        return new TrackerTimings(ingestor.tenantHold(), ingestor.closedLegMemory(), ingestor.closedLegs(),
                originateSearch, inferenceHold,
                cdrsTaken ? closingHold : inferenceHold, coreUnheard, recoveryGrace);
    }
}

package io.offhook.model;

import java.util.regex.Pattern;

/**
 * The names of topics and consumer groups. They follow one prefix, so that several Offhooks can share a broker: {@code acme.} gives
 * {@code acme.call.events} and {@code acme-dispatcher}.
 */
public record Topics(String prefix) {

    public static final String DEFAULT_PREFIX = "offhook.";

    /** Kafka bounds a topic's name to 249 characters; the longest suffix of ours has 16. */
    private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9._-]{0,200}");

    public Topics {
        if (!LEGAL.matcher(prefix).matches()) {
            throw new IllegalArgumentException(
                    "prefix: \"" + prefix
                            + "\" (expected: at most 200 letters, digits, dots, hyphens and underscores)");
        }
    }

    /** Call events, keyed by leg uuid: the audit log. */
    public String callEvents() {
        return prefix + "call.events";
    }

    /** Open legs, compacted, keyed by leg uuid. */
    public String callLegs() {
        return prefix + "call.legs";
    }

    /** CDRs received, keyed by leg uuid. */
    public String callCdrs() {
        return prefix + "call.cdrs";
    }

    /** Deliveries handed off, keyed by leg uuid; as many partitions as the events topic. */
    public String webhookRetries() {
        return prefix + "webhook.retries";
    }

    /** Attempts, successful or not, keyed by endpoint id. */
    public String webhookAttempts() {
        return prefix + "webhook.attempts";
    }

    /** Names the offsets up to which CDRs are used; no group is formed. */
    public String ingestorGroup() {
        return group("ingestor");
    }

    public String dispatcherGroup() {
        return group("dispatcher");
    }

    public String retryPersisterGroup() {
        return group("retry-persister");
    }

    public String attemptPersisterGroup() {
        return group("attempt-persister");
    }

    public String callProjectorGroup() {
        return group("call-projector");
    }

    private String group(String role) {
        String stem = prefix.replaceAll("[._-]+$", "");
        return stem.isEmpty() ? role : stem + "-" + role;
    }
}

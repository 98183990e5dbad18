package io.offhook.cli;

import java.util.LinkedHashMap;
import java.util.Map;

import picocli.CommandLine.Option;

/** Which failed deliveries are meant. */
final class FailureFilter {

    @Option(names = "--endpoint", paramLabel = "ID", description = "of this endpoint")
    private String endpoint;

    @Option(names = "--uuid", description = "of this leg")
    private String uuid;

    @Option(names = "--action", description = "originate, answer or hangup")
    private String action;

    @Option(names = "--status", description = "pending, exhausted, discarded or delivered")
    private String status;

    @Option(names = "--since", paramLabel = "TIME", description = "first failed then or later, such as 2026-01-31T12:00:00Z")
    private String since;

    @Option(names = "--until", paramLabel = "TIME", description = "first failed before")
    private String until;

    /** As the API takes them, in a query and in a body. */
    Map<String, String> fields() {
        var fields = new LinkedHashMap<String, String>();
        fields.put("endpoint_id", endpoint);
        fields.put("uuid", uuid);
        fields.put("action", action);
        fields.put("status", status);
        fields.put("since", since);
        fields.put("until", until);
        fields.values().removeIf(value -> value == null);
        return fields;
    }
}

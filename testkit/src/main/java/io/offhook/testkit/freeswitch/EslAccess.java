package io.offhook.testkit.freeswitch;

import java.util.List;

/** What an authenticated connection may do. */
record EslAccess(List<String> events, List<String> apis, boolean log) {

    static final EslAccess FULL = new EslAccess(List.of(), List.of(), true);

    static EslAccess of(EslUser user) {
        return new EslAccess(user.allowedEvents(), user.allowedApis(), user.allowedLog());
    }

    boolean event(String word) {
        return events.isEmpty() || events.stream().anyMatch(word::equalsIgnoreCase);
    }

    boolean api(String command) {
        return apis.isEmpty() || apis.contains(command);
    }

    /** The lines that the reply to userauth has in addition. */
    String replyLines() {
        return line("Allowed-Events", events) + line("Allowed-API", apis) + "Allowed-LOG: " + log + "\n";
    }

    private static String line(String name, List<String> allowed) {
        return name + ": " + (allowed.isEmpty() ? "all" : String.join(" ", allowed)) + "\n";
    }
}

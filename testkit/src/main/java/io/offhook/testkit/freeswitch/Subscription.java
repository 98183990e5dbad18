package io.offhook.testkit.freeswitch;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What one connection wants to hear. Subscriptions add up, the format that was named last holds for all of them (transcript s30).
 * Read by the threads that fire events, changed by the connection's own thread.
 */
final class Subscription {
    private final Set<String> events = ConcurrentHashMap.newKeySet();
    private final Set<String> subclasses = ConcurrentHashMap.newKeySet();
    private volatile EventFormat format = EventFormat.PLAIN;
    private volatile boolean listening;

    /** Takes the words after {@code event}. */
    String subscribe(String arguments, EslAccess access) {
        EventFormat wanted = format;
        boolean custom = false;
        int keys = 0;
        int position = 0;
        for (String word : words(arguments)) {
            EventFormat named = position++ == 0 ? formatOf(word) : null;
            if (named != null) {
                wanted = named;
            } else if (!access.event(word)) {
                return "-ERR permission denied";
            } else if (custom) {
                subclasses.add(word);
            } else {
                String name = EventNames.canonical(word);
                if (name != null) {
                    keys++;
                    events.add(name);
                    custom = name.equals(EventNames.CUSTOM);
                }
            }
        }
        if (keys == 0) {
            return "-ERR no keywords supplied";
        }
        format = wanted;
        listening = true;
        return "+OK event listener enabled " + wanted.word();
    }

    /** Takes the words after {@code nixevent}. */
    String nix(String arguments) {
        boolean custom = false;
        int keys = 0;
        for (String word : words(arguments)) {
            String name = EventNames.canonical(word);
            if (custom) {
                subclasses.remove(word);
            } else if (name != null) {
                keys++;
                custom = name.equals(EventNames.CUSTOM);
                if (name.equals(EventNames.ALL)) {
                    events.clear();
                } else {
                    events.remove(name);
                }
            }
        }
        return keys == 0 ? "-ERR no keywords supplied" : "+OK events nixed";
    }

    String none() {
        if (!listening) {
            return "-ERR not listening for events";
        }
        listening = false;
        events.clear();
        subclasses.clear();
        return "+OK no longer listening for events";
    }

    boolean listening() {
        return listening;
    }

    EventFormat format() {
        return format;
    }

    boolean wants(String name, String subclass) {
        if (!listening) {
            return false;
        }
        if (events.contains(EventNames.ALL)) {
            return true;
        }
        return events.contains(name) && (!name.equals(EventNames.CUSTOM) || subclasses.contains(subclass));
    }

    private static String[] words(String arguments) {
        return arguments.isBlank() ? new String[0] : arguments.strip().split(" +");
    }

    private static EventFormat formatOf(String word) {
        return switch (word) {
            case "plain" -> EventFormat.PLAIN;
            case "json" -> EventFormat.JSON;
            default -> null;
        };
    }
}

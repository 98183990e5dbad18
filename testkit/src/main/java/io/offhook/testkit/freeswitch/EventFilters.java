package io.offhook.testkit.freeswitch;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The filters of one connection, as {@code event_handler} of mod_event_socket.c evaluates them: OR-ed, only on headers that the
 * event has, starting from "don't send", so that a negative filter alone lets nothing through.
 */
final class EventFilters {
    private final List<Filter> filters = new CopyOnWriteArrayList<>();

    /** Takes the words after {@code filter}. */
    String command(String arguments) {
        String rest = arguments.strip();
        boolean delete = rest.regionMatches(true, 0, "delete ", 0, 7);
        if (delete) {
            rest = rest.substring(7).strip();
        }
        int space = rest.indexOf(' ');
        String name = space < 0 ? rest : rest.substring(0, space);
        String value = space < 0 ? "" : rest.substring(space + 1);
        if (delete) {
            filters.removeIf(filter -> name.equalsIgnoreCase("all")
                    || filter.name.equalsIgnoreCase(name) && (value.isEmpty() || filter.value.equals(value)));
            return "+OK filter deleted. [" + name + "][" + value + "]";
        }
        if (value.isEmpty()) {
            return "-ERR invalid syntax";
        }
        filters.add(new Filter(name, value));
        return "+OK filter added. [" + name + "]=[" + value + "]";
    }

    boolean pass(SwitchEvent event) {
        if (filters.isEmpty()) {
            return true;
        }
        EventData data = event.data();
        boolean send = false;
        for (Filter filter : filters) {
            Header header = data.header(filter.name).orElse(null);
            if (header == null || send && filter.positive() || !filter.matches(header.text())) {
                continue;
            }
            if (!filter.positive()) {
                return false;
            }
            send = true;
        }
        return send;
    }

    private record Filter(String name, String value) {

        boolean positive() {
            return !value.startsWith("-");
        }

        boolean matches(String text) {
            String wanted = value.startsWith("-") || value.startsWith("+") ? value.substring(1).strip() : value;
            if (wanted.length() < 2 || !wanted.startsWith("/") || !wanted.endsWith("/")) {
                return text.equalsIgnoreCase(wanted);
            }
            try {
                return Pattern.compile(wanted.substring(1, wanted.length() - 1)).matcher(text).find();
            } catch (PatternSyntaxException e) {
                return false; // as FreeSWITCH does: a pattern that does not compile matches nothing
            }
        }
    }
}

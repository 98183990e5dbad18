package io.offhook.testkit.freeswitch;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Answers the commands of one connection with the replies that were measured (transcripts s30 and s31). */
final class EslSession {
    private final SwitchOptions options;
    private final SwitchCore core;
    private final Dispatcher dispatcher;
    private final ApiCommands api;
    private final ApiFaults faults;
    private final Runnable subscribed;
    private final Subscription subscription = new Subscription();
    private final EventFilters filters = new EventFilters();
    private volatile EslAccess access;
    private boolean logging;

    EslSession(SwitchOptions options, SwitchCore core, Dispatcher dispatcher, ApiCommands api, ApiFaults faults,
            Runnable subscribed) {
        this.options = options;
        this.core = core;
        this.dispatcher = dispatcher;
        this.api = api;
        this.faults = faults;
        this.subscribed = subscribed;
    }

    /**
     * @param bytes   the frame to send
     * @param goodbye whether a disconnect notice and the end of the connection follow
     */
    record Reply(byte[] bytes, boolean goodbye) {

        static Reply text(String text) {
            return lines(text, "");
        }

        static Reply lines(String text, String more) {
            return new Reply(frame("Content-Type: command/reply\nReply-Text: " + text + "\n" + more + "\n"), false);
        }

        static Reply last(String text) {
            return new Reply(text(text).bytes, true);
        }

        static Reply response(String body) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            return new Reply(frame("Content-Type: api/response\nContent-Length: " + bytes.length + "\n\n" + body),
                    false);
        }

        private static byte[] frame(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
    }

    boolean authenticated() {
        return access != null;
    }

    Subscription subscription() {
        return subscription;
    }

    EventFilters filters() {
        return filters;
    }

    Reply handle(CommandReader.Command command, EslConnection connection) {
        String text = command.text();
        int space = text.indexOf(' ');
        String verb = space < 0 ? text : text.substring(0, space);
        String arguments = space < 0 ? "" : text.substring(space + 1).strip();
        if (verb.equals("exit")) {
            return Reply.last("+OK bye");
        }
        if (access == null) {
            return authenticate(verb, arguments, connection);
        }
        return switch (verb) {
            case "event" -> Reply.text(subscription.subscribe(arguments, access));
            case "nixevent" -> Reply.text(subscription.nix(arguments));
            case "noevents" -> Reply.text(subscription.none());
            case "filter" -> Reply.text(filters.command(arguments));
            case "api" -> api(arguments, connection);
            case "bgapi" -> background(command, arguments);
            case "sendevent" -> sendEvent(command, arguments);
            case "log" -> log(arguments);
            case "nolog" -> noLog();
            case "linger", "nolinger" -> Reply.text("-ERR not controlling a session");
            case "divert_events" -> Reply.text("-ERR not controlling a session.");
            default -> Reply.text("-ERR command not found");
        };
    }

    /** What must happen only after the client has its reply: a capture that waits for a subscriber begins. */
    void afterReply(CommandReader.Command command) {
        if (command.text().startsWith("event") && subscription.listening()) {
            subscribed.run();
        }
    }

    private Reply authenticate(String verb, String arguments, EslConnection connection) {
        return switch (verb) {
            case "auth" -> arguments.equals(options.password())
                    ? admit(EslAccess.FULL, "", connection)
                    : Reply.last("-ERR invalid");
            case "userauth" -> userAuth(arguments, connection);
            default -> Reply.text("-ERR command not found");
        };
    }

    private Reply userAuth(String arguments, EslConnection connection) {
        int colon = arguments.lastIndexOf(':');
        String name = colon < 0 ? arguments : arguments.substring(0, colon);
        String password = colon < 0 ? "" : arguments.substring(colon + 1);
        Optional<EslUser> user = options.users().stream()
                .filter(known -> known.name().equals(name) && known.password().equals(password)).findFirst();
        return user.map(EslAccess::of).map(allowed -> admit(allowed, allowed.replyLines(), connection))
                .orElseGet(() -> Reply.last("-ERR invalid"));
    }

    private Reply admit(EslAccess allowed, String lines, EslConnection connection) {
        dispatcher.add(connection);
        access = allowed;
        return Reply.lines("+OK accepted", lines);
    }

    private Reply api(String arguments, EslConnection connection) {
        if (arguments.isEmpty()) {
            return Reply.text("-ERR command not found");
        }
        if (!access.api(ApiCommands.verb(arguments))) {
            return Reply.text("-ERR permission denied");
        }
        faults.await(connection::isClosing);
        String reply = faults.reply(ApiCommands.verb(arguments)).orElseGet(() -> api.execute(arguments));
        // mod_event_socket never answers api with an empty body.
        return Reply.response(reply.isEmpty() ? "-ERR no reply\n" : reply);
    }

    private Reply background(CommandReader.Command command, String arguments) {
        if (arguments.isEmpty()) {
            return Reply.text("-ERR command not found");
        }
        if (!access.api(ApiCommands.verb(arguments))) {
            return Reply.text("-ERR permission denied");
        }
        String job = header(command, "Job-UUID").orElseGet(core::newUuid);
        api.executeInBackground(job, arguments);
        return Reply.lines("+OK Job-UUID: " + job, "Job-UUID: " + job + "\n");
    }

    private Reply sendEvent(CommandReader.Command command, String arguments) {
        String name = EventNames.canonical(arguments.isEmpty() ? "CUSTOM" : arguments);
        if (!access.event(arguments)) {
            return Reply.text("-ERR permission denied");
        }
        if (name == null) {
            return Reply.text("-ERR command not found");
        }
        String uuid = core.newUuid();
        EventData.Editor event = EventData.blank();
        header(command, "Event-Subclass").ifPresent(subclass -> event.set("Event-Subclass", subclass));
        event.set("Command", command.text());
        for (String line : command.headers()) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                event.set(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        }
        event.set("Event-UUID", uuid).set("Event-Name", name).body(command.body());
        dispatcher.fire(core.stamp(event, core.nowMicros(), "mod_event_socket.c", "parse_command", 2182).build());
        return Reply.text("+OK " + uuid);
    }

    private Reply log(String arguments) {
        if (!access.log()) {
            return Reply.text("-ERR permission denied");
        }
        logging = true;
        int level = List.of("console", "alert", "crit", "err", "warning", "notice", "info", "debug")
                .indexOf(arguments);
        return Reply.text(level < 0 ? "-ERR invalid log level" : "+OK log level " + arguments + " [" + level + "]");
    }

    private Reply noLog() {
        boolean was = logging;
        logging = false;
        return Reply.text(was ? "+OK no longer logging" : "-ERR not loging");
    }

    private static Optional<String> header(CommandReader.Command command, String name) {
        return command.headers().stream().filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).strip()).findFirst();
    }
}

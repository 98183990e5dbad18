package io.offhook.testkit.freeswitch;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Executor;

/** The API commands that clients use, with the replies of FreeSWITCH 1.10.12. */
final class ApiCommands {
    private final SwitchCore core;
    private final ChannelTable channels;
    private final Dispatcher dispatcher;
    private final CallControl calls;
    private final Executor background;
    private final ChannelRows rows;
    private final ApiFaults faults;

    ApiCommands(SwitchCore core, ChannelTable channels, Dispatcher dispatcher, CallControl calls, ApiFaults faults,
            Executor background) {
        this.core = core;
        this.channels = channels;
        this.dispatcher = dispatcher;
        this.calls = calls;
        this.faults = faults;
        this.background = background;
        this.rows = new ChannelRows(core);
    }

    static String verb(String command) {
        int space = command.indexOf(' ');
        return space < 0 ? command : command.substring(0, space);
    }

    /** Runs a command and returns its reply; each one also fires an API event to everybody who listens. */
    String execute(String command) {
        String verb = verb(command);
        String arguments = command.substring(verb.length()).strip();
        EventData.Editor event = core.event("API", "switch_loadable_module.c", "switch_api_execute", 2954)
                .set("API-Command", verb);
        if (!arguments.isEmpty()) {
            event.set("API-Command-Argument", arguments);
        }
        dispatcher.fire(event.build());
        return switch (verb.toLowerCase(Locale.ROOT)) {
            case "show" -> show(arguments);
            case "uuid_dump" -> dump(arguments);
            case "uuid_exists" -> Boolean.toString(channels.find(arguments) != null);
            case "uuid_kill" -> kill(arguments);
            case "hupall" -> hangUpAll(arguments);
            case "sofia" -> sofia(arguments);
            case "global_getvar" -> globalVariable(arguments);
            case "status" -> status();
            case "uptime" -> core.uptimeMicros() / 1_000_000 + "\n";
            case "version" ->
                "FreeSWITCH Version " + SwitchCore.VERSION + " (git a88d069 2024-08-02 21:02:27Z 64bit)\n";
            default -> "-ERR " + verb + " Command not found!\n";
        };
    }

    /** Runs a command in the background and fires its result as BACKGROUND_JOB. */
    void executeInBackground(String job, String command) {
        background.execute(() -> {
            faults.await(() -> false);
            String result = faults.reply(verb(command)).orElseGet(() -> execute(command));
            String verb = verb(command);
            String arguments = command.substring(verb.length()).strip();
            EventData.Editor event = core.event("BACKGROUND_JOB", "mod_commands.c", "bgapi_exec", 5396)
                    .set("Job-UUID", job)
                    .set("Job-Command", verb);
            if (!arguments.isEmpty()) {
                event.set("Job-Command-Arg", arguments);
            }
            dispatcher.fire(event.body(result).build());
        });
    }

    private String show(String arguments) {
        return switch (arguments) {
            case "channels as json" -> rows.json(channels, false);
            case "channels count as json" -> rows.json(channels, true);
            case "channels count" -> "\n" + rows.rows(channels).size() + " total.\n";
            default -> "-USAGE: channels [count] as json\n";
        };
    }

    private String dump(String arguments) {
        String uuid = verb(arguments);
        if (uuid.isEmpty()) {
            return "-USAGE: <uuid> [format]\n";
        }
        LiveChannel channel = channels.find(uuid);
        if (channel == null) {
            return "-ERR No such channel!\n";
        }
        EventFormat format = arguments.endsWith(" json") ? EventFormat.JSON : EventFormat.PLAIN;
        if (channel.dump() != null) {
            return new String(channel.dump().encode(format), StandardCharsets.UTF_8);
        }
        EventData.Editor data = channel.latest().get().edit().set("Event-Name", "CHANNEL_DATA");
        byte[] body = core.stamp(data, core.nowMicros(), "mod_commands.c", "uuid_dump_function", 6468).build()
                .encode(format);
        return new String(body, StandardCharsets.UTF_8);
    }

    private String kill(String arguments) {
        String uuid = verb(arguments);
        String cause = arguments.substring(uuid.length()).strip();
        return calls.hangUp(uuid, cause.isEmpty() ? "NORMAL_CLEARING" : cause) ? "+OK\n" : "-ERR No such channel!\n";
    }

    private String hangUpAll(String arguments) {
        String cause = arguments.isEmpty() ? "MANAGER_REQUEST" : verb(arguments);
        calls.hangUpAll(cause);
        return "+OK hangup all channels with cause " + cause + "\n";
    }

    private String sofia(String arguments) {
        if (!arguments.equals("recover")) {
            return "-USAGE: sofia recover\n";
        }
        int recovered = calls.recover();
        return recovered == 0 ? "No calls to recover.\n" : "Recovered " + recovered + " call(s)\n";
    }

    /** Without a newline; a variable that is not set is an empty reply (mod_commands.c, global_getvar_function). */
    private String globalVariable(String name) {
        return switch (name) {
            case "core_uuid" -> core.uuid();
            case "switchname", "hostname" -> core.switchname();
            default -> "";
        };
    }

    private String status() {
        return "UP " + core.uptimeText()
                + "\nFreeSWITCH (Version 1.10.12-release git a88d069 2024-08-02 21:02:27Z 64bit) is ready\n"
                + core.sessionsSinceStart() + " session(s) since startup\n" + channels.size()
                + " session(s) - peak 5, last 5min 2 \n0 session(s) per Sec out of max 500, peak 4, last 5min 2 \n"
                + "2000 session(s) max\nmin idle cpu 0.00/16.03\nCurrent Stack Size/Max 240K/8192K\n";
    }
}

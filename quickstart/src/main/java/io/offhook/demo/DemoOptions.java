package io.offhook.demo;

import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The command's arguments, {@code --name=value} each.
 *
 * @param rate calls per second
 * @param api where the REST API is, {@code http://endpoint-api:8080}
 * @param url under which dispatchers reach the receiver
 * @param keyFile holds the API's key
 * @param passwordFile holds the password of the simulated event socket
 * @param directory keeps the ledger and the endpoint's secret
 */
record DemoOptions(double rate, URI api, String url, Path keyFile, Path passwordFile, Path directory,
        int freeSwitchPort, int receiverPort, int controlPort) {

    private static final List<String> NEEDED = List.of("api", "url", "key-file", "password-file", "directory");
    private static final Map<String, String> DEFAULTS = Map.of("rate", "0.2", "freeswitch-port", "8021",
            "receiver-port", "9000", "control-port", "9001");

    /** @throws IllegalArgumentException with one line that names the option, its value and what is allowed */
    static DemoOptions parse(String... arguments) {
        Map<String, String> given = new HashMap<>(DEFAULTS);
        for (String argument : arguments) {
            String[] parts = argument.split("=", 2);
            String name = parts[0].replaceFirst("^--", "");
            if (parts.length < 2 || !NEEDED.contains(name) && !DEFAULTS.containsKey(name)) {
                throw new IllegalArgumentException("option: \"" + argument + "\" (expected: --name=value, names are "
                        + String.join(", ", NEEDED) + ", rate, freeswitch-port, receiver-port, control-port)");
            }
            given.put(name, parts[1]);
        }
        NEEDED.stream().filter(name -> !given.containsKey(name)).findFirst().ifPresent(name -> {
            throw new IllegalArgumentException("--" + name + ": none (expected: it is given)");
        });
        return new DemoOptions(number("rate", given.get("rate"), 1000), URI.create(given.get("api")), given.get("url"),
                Path.of(given.get("key-file")), Path.of(given.get("password-file")), Path.of(given.get("directory")),
                port("freeswitch-port", given), port("receiver-port", given), port("control-port", given));
    }

    private static int port(String name, Map<String, String> given) {
        return (int) number(name, given.get(name), 65_535);
    }

    private static double number(String name, String value, double most) {
        try {
            double number = Double.parseDouble(value);
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // The message below says what is allowed.
        }
        throw new IllegalArgumentException("--" + name + ": " + value + " (expected: 0 to " + (int) most + ")");
    }
}

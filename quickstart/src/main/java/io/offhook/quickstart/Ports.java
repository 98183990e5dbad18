package io.offhook.quickstart;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.Map;

import io.offhook.runtime.InvalidSettingException;

/** Looks for taken ports before anything is started: a user who has to move one wants to know at once. */
final class Ports {

    private Ports() {}

    /** @throws InvalidSettingException naming the variable of the first port that is taken or named twice */
    static void check(QuickstartSettings settings) {
        var wanted = new LinkedHashMap<String, Integer>();
        wanted.put("api-port", settings.apiPort());
        wanted.put("ingestor-port", settings.ingestorPort());
        wanted.put("dispatcher-port", settings.dispatcherPort());
        wanted.put("receiver-port", settings.receiverPort());
        wanted.put("kafka-port", settings.kafkaPort());
        wanted.put("postgres-port", settings.postgresPort());
        wanted.put("freeswitch-port", settings.freeswitchPort());
        wanted.values().removeIf(port -> port == 0);
        var seen = new LinkedHashMap<Integer, String>();
        for (Map.Entry<String, Integer> port : wanted.entrySet()) {
            String property = "offhook.quickstart." + port.getKey();
            String other = seen.put(port.getValue(), property);
            if (other != null) {
                throw new InvalidSettingException(property, port.getValue(), "a port that no other setting names");
            }
            if (!isFree(port.getValue())) {
                throw new InvalidSettingException(property, port.getValue(),
                        "a free port; another process listens on this one");
            }
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            // Connections of an earlier run that linger in TIME_WAIT are no hindrance to the services either.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(port));
            return true;
        } catch (IOException taken) {
            // Taken, or not this user's to take: either way another has to be named.
            return false;
        }
    }
}

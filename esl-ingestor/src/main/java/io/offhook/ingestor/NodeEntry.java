package io.offhook.ingestor;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.offhook.ingestor.esl.NodeAddress;

/**
 * One entry of a list of nodes: a node, or a pool, which is a DNS name each of whose addresses is a node.
 *
 * @param name of the node; of a pool what its nodes' names begin with
 * @param host a name or an address, IPv6 without brackets
 * @param port of the event socket, 1-65535
 */
record NodeEntry(String name, String host, int port, boolean pool) {

    static final String FORM = "name=host:port, separated by commas, such as fs1=10.0.0.11:8021,fs2=[fd00::2]:8021;"
            + " pool*=host:port for all addresses of a DNS name";
    private static final Pattern ENTRY = Pattern
            .compile("([A-Za-z0-9._-]{1,64})(\\*)?=(?:\\[([0-9A-Fa-f:.%]+)]|([^:\\[\\]/\\s]+))(?::(\\d{1,5}))?");
    private static final int DEFAULT_PORT = 8021;
    /** A node's name has 64 characters at most: 24, a hyphen and 39 of an IPv6 address. */
    private static final int MAX_POOL_NAME = 24;

    /** @return {@code null} when the text does not have the form */
    static NodeEntry of(String text) {
        Matcher entry = ENTRY.matcher(text.strip());
        if (!entry.matches()) {
            return null;
        }
        int port = entry.group(5) == null ? DEFAULT_PORT : Integer.parseInt(entry.group(5));
        boolean pool = entry.group(2) != null;
        String host = entry.group(3) == null ? entry.group(4) : entry.group(3);
        boolean usable = port >= 1 && port <= 65535 && !(pool && entry.group(1).length() > MAX_POOL_NAME);
        return usable ? new NodeEntry(entry.group(1), host, port, pool) : null;
    }

    NodeAddress node() {
        return new NodeAddress(name, host, port);
    }

    /** The pool's node at that address: the same name in every ingestor, since Java writes an address in one way alone. */
    NodeAddress nodeAt(String address) {
        return new NodeAddress(name + "-" + address.replace(':', '-'), address, port);
    }

    /** The name as it stands in the list. */
    String label() {
        return pool ? name + "*" : name;
    }
}

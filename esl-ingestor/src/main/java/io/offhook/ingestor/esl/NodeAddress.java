package io.offhook.ingestor.esl;

/**
 * A FreeSWITCH node.
 *
 * @param name the node's name in events; the same in every ingestor
 * @param host a name or an address, IPv6 without brackets
 * @param port of its event socket, 1-65535
 */
public record NodeAddress(String name, String host, int port) {

    @Override
    public String toString() {
        return name + " (" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port + ")";
    }
}

package io.offhook.sender;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Asks for the addresses of a name; may block for as long as the network lets it. */
@FunctionalInterface
public interface HostLookup {

    /** @throws UnknownHostException when there are none or nobody answered */
    List<InetAddress> lookUp(String host) throws UnknownHostException;

    /**
     * The operating system's resolver. Java caches its answers on top (security properties {@code networkaddress.cache.ttl}, 30 s, and
     * {@code networkaddress.cache.negative.ttl}, 10 s).
     */
    static HostLookup system() {
        return host -> List.of(InetAddress.getAllByName(host));
    }
}

package io.offhook.sender;

import java.net.InetAddress;
import java.net.InetSocketAddress;

import org.apache.hc.core5.net.NamedEndpoint;

/**
 * What connections may be shared by: not the host's name alone but the very address that passed the guard, so that a request never
 * travels over a connection to another address than those judged for it.
 */
record Route(boolean secure, String host, int port, InetAddress address) implements NamedEndpoint {

    @Override
    public String getHostName() { return host; }

    @Override
    public int getPort() { return port; }

    InetSocketAddress socketAddress() {
        return new InetSocketAddress(address, port);
    }

    /** {@code address:port}, IPv6 in brackets. */
    String remoteAddress() {
        String text = address.getHostAddress();
        return (text.indexOf(':') >= 0 ? "[" + text + "]" : text) + ":" + port;
    }
}

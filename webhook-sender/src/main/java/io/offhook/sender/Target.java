package io.offhook.sender;

import java.io.ByteArrayOutputStream;
import java.net.IDN;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * An endpoint's URL, taken apart as a browser does (WHATWG URL standard, "host parsing"): {@link URI} alone knows neither
 * {@code 0x7f.1} nor a host in another script.
 *
 * @param scheme {@code http} or {@code https}
 * @param host ASCII in lower case; an address literal in its usual spelling, IPv6 without brackets
 * @param literal the address when the host is one, else empty: then the host is a name
 * @param requestTarget path and query, as they stand in the request line
 */
record Target(String scheme, String host, Optional<InetAddress> literal, int port, String requestTarget) {

    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;
    private static final int MAX_PORT = 65_535;
    /** RFC 1035 section 2.3.4. */
    private static final int MAX_NAME = 253;
    private static final int MAX_LABEL = 63;

    boolean secure() {
        return scheme.equals("https");
    }

    /** The value of {@code host}: the port is left out where it is the scheme's own. */
    String hostHeader() {
        String bracketed = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return port == (secure() ? HTTPS_PORT : HTTP_PORT) ? bracketed : bracketed + ":" + port;
    }

    /** @throws IllegalArgumentException saying what is wrong with the URL in words that a user understands */
    static Target parse(URI url) {
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw new IllegalArgumentException("scheme: " + scheme + " (expected: http or https)");
        }
        String authority = url.getRawAuthority();
        if (authority == null || authority.isEmpty()) {
            throw new IllegalArgumentException("host is missing");
        }
        if (authority.indexOf('@') >= 0) {
            throw new IllegalArgumentException("user information is not allowed");
        }
        int hostEnd = authority.startsWith("[") ? authority.indexOf(']') + 1 : authority.lastIndexOf(':');
        String host = hostEnd > 0 ? authority.substring(0, hostEnd) : authority;
        String port = authority.substring(host.length());
        int portNumber = portOf(port, scheme);
        if (host.startsWith("[")) {
            String inner = host.substring(1, host.length() - 1);
            return new Target(scheme, inner.toLowerCase(Locale.ROOT), Optional.of(ipv6(inner)), portNumber,
                    requestTarget(url));
        }
        String name = asciiName(host);
        Optional<InetAddress> address = Ipv4Spelling.parse(name);
        return new Target(scheme, address.map(InetAddress::getHostAddress).orElse(name), address, portNumber,
                requestTarget(url));
    }

    private static int portOf(String suffix, String scheme) {
        if (suffix.isEmpty() || suffix.equals(":")) {
            return scheme.equals("https") ? HTTPS_PORT : HTTP_PORT;
        }
        String digits = suffix.substring(1);
        if (suffix.charAt(0) != ':' || !digits.matches("\\d{1,5}") || Integer.parseInt(digits) < 1
                || Integer.parseInt(digits) > MAX_PORT) {
            throw new IllegalArgumentException("port: " + digits + " (expected: 1-" + MAX_PORT + ")");
        }
        return Integer.parseInt(digits);
    }

    private static InetAddress ipv6(String text) {
        if (text.indexOf('%') >= 0) {
            throw new IllegalArgumentException("host: an address with a zone id is not allowed");
        }
        try {
            return Inet6Address.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("host: [" + text + "] is not an IPv6 address", e);
        }
    }

    private static String asciiName(String rawHost) {
        String name;
        try {
            name = IDN.toASCII(percentDecoded(rawHost), IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("host: " + rawHost + " is not a host name", e);
        }
        String withoutRoot = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        boolean fits = withoutRoot.length() <= MAX_NAME;
        for (String label : withoutRoot.split("\\.", -1)) {
            fits &= !label.isEmpty() && label.length() <= MAX_LABEL && label.chars().allMatch(Target::standsInName);
        }
        if (!fits) {
            throw new IllegalArgumentException("host: " + rawHost + " is not a host name");
        }
        return name;
    }

    private static boolean standsInName(int c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }

    private static String percentDecoded(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        var octets = new ByteArrayOutputStream();
        byte[] raw = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < raw.length; i++) {
            if (raw[i] == '%') {
                // URI has checked that two hexadecimal digits follow each percent.
                octets.write(Integer.parseInt(new String(raw, i + 1, 2, StandardCharsets.US_ASCII), 16));
                i += 2;
            } else {
                octets.write(raw[i]);
            }
        }
        return octets.toString(StandardCharsets.UTF_8);
    }

    private static String requestTarget(URI url) {
        URI ascii = URI.create(url.toASCIIString());
        String path = ascii.getRawPath() == null || ascii.getRawPath().isEmpty() ? "/" : ascii.getRawPath();
        return ascii.getRawQuery() == null ? path : path + "?" + ascii.getRawQuery();
    }
}

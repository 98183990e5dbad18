package io.offhook.ingestor.call;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Which tenant an event names: the first of the headers that holds a domain.
 *
 * @param headers in the order of trust; of a value with an {@code @} the part behind it counts
 * @param byNumber dialled number to tenant, for DID calls, which arrive without one
 */
public record TenantRules(List<String> headers, Map<String, String> byNumber) {

    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    /** The bound of a domain name, RFC 1035 section 2.3.4. */
    private static final int MAX_LENGTH = 253;

    public TenantRules {
        headers = List.copyOf(headers);
        byNumber = Map.copyOf(byNumber);
    }

    /** The domain in lower case, without its port; {@code null} for an IP address, which is where a phone is, not whose it is. */
    public static String domain(String text) {
        if (text == null) {
            return null;
        }
        String host = text.substring(text.lastIndexOf('@') + 1).strip();
        int colon = host.indexOf(':');
        if (host.startsWith("[") || colon >= 0 && host.indexOf(':', colon + 1) >= 0) {
            return null;
        }
        if (colon >= 0 && isNumber(host, colon + 1)) {
            host = host.substring(0, colon);
        }
        // Only what begins with a digit can be an address of IPv4.
        boolean address = !host.isEmpty() && Character.isDigit(host.charAt(0)) && IPV4.matcher(host).matches();
        return host.isEmpty() || host.length() > MAX_LENGTH || address ? null : host.toLowerCase(Locale.ROOT);
    }

    private static boolean isNumber(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return from < text.length();
    }
}

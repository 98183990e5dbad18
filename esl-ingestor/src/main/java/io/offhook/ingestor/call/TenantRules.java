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

    private static final Pattern PORT = Pattern.compile(":\\d+$");
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
        if (host.startsWith("[") || host.chars().filter(c -> c == ':').count() > 1) {
            return null;
        }
        host = PORT.matcher(host).replaceFirst("").toLowerCase(Locale.ROOT);
        return host.isEmpty() || host.length() > MAX_LENGTH || IPV4.matcher(host).matches() ? null : host;
    }
}

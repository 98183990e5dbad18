package io.offhook.sender;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * IPv4 hosts as browsers read them (WHATWG URL standard, "ends in a number checker" and "IPv4 parser"): one to four parts, each
 * decimal, octal after {@code 0} or hexadecimal after {@code 0x}, the last one filling the bytes that are left. The system's resolver
 * reads them too, so a guard that took {@code 0x7f.1} for a name would be passed by.
 */
final class Ipv4Spelling {

    private static final int BITS_PER_PART = 8;
    private static final int MAX_PARTS = 4;
    private static final long NOT_A_NUMBER = -1;

    private Ipv4Spelling() {}

    /**
     * @param host ASCII in lower case
     * @return empty when the host does not end in a number and so is a name
     * @throws IllegalArgumentException when it ends in a number and yet is no address: no name can look like that
     */
    static Optional<InetAddress> parse(String host) {
        List<String> parts = Arrays.asList(host.split("\\.", -1));
        if (parts.size() > 1 && parts.getLast().isEmpty()) {
            parts = parts.subList(0, parts.size() - 1);
        }
        String last = parts.getLast();
        boolean allDigits = !last.isEmpty() && last.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!allDigits && number(last) == NOT_A_NUMBER) {
            return Optional.empty();
        }
        if (parts.size() > MAX_PARTS) {
            throw notAnAddress(host);
        }
        long address = 0;
        for (String part : parts.subList(0, parts.size() - 1)) {
            long value = number(part);
            if (value < 0 || value > 0xFF) {
                throw notAnAddress(host);
            }
            address = address << BITS_PER_PART | value;
        }
        int bitsLeft = BITS_PER_PART * (MAX_PARTS + 1 - parts.size());
        long value = number(last);
        if (value < 0 || value >= 1L << bitsLeft) {
            throw notAnAddress(host);
        }
        return Optional.of(ofBits(address << bitsLeft | value));
    }

    static InetAddress ofBits(long bits) {
        try {
            return InetAddress.getByAddress(
                    new byte[]{(byte) (bits >> 24), (byte) (bits >> 16), (byte) (bits >> 8), (byte) bits});
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are always an address", e);
        }
    }

    private static long number(String part) {
        int radix = 10;
        String digits = part;
        if (part.startsWith("0x")) {
            radix = 16;
            digits = part.substring(2);
            if (digits.isEmpty()) {
                return 0;
            }
        } else if (part.length() > 1 && part.startsWith("0")) {
            radix = 8;
            digits = part.substring(1);
        }
        try {
            return digits.startsWith("-") || digits.startsWith("+") ? NOT_A_NUMBER : Long.parseLong(digits, radix);
        } catch (NumberFormatException e) {
            // Also more digits than a long holds: "not a number" then leads to a refusal, as "too big" would.
            return NOT_A_NUMBER;
        }
    }

    private static IllegalArgumentException notAnAddress(String host) {
        return new IllegalArgumentException("host: " + host + " ends in a number but is not an IPv4 address");
    }
}

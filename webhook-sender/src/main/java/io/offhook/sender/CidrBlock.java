package io.offhook.sender;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;

/**
 * A range of addresses, RFC 4632 and RFC 4291 section 2.3.
 *
 * @param network 4 or 16 bytes; those past the prefix are 0
 * @param prefix leading bits that count, 0 to 32 or 128
 */
record CidrBlock(byte[] network, int prefix) {

    /** @throws IllegalArgumentException when the text is not a block, naming it and what is allowed */
    static CidrBlock parse(String text) {
        int slash = text.indexOf('/');
        try {
            // A literal alone is accepted: ofLiteral never asks a name server.
            byte[] network = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash)).getAddress();
            int bits = network.length * Byte.SIZE;
            int prefix = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
            var block = new CidrBlock(network, prefix);
            if (prefix >= 0 && prefix <= bits && Arrays.equals(block.masked(network), network)) {
                return block;
            }
        } catch (IllegalArgumentException e) {
            // Not an address or not a number: refused below like a prefix that does not fit.
        }
        throw new IllegalArgumentException("network: " + text
                + " (expected: address/prefix without bits past the prefix, such as 10.0.0.0/8 or fd00::/8)");
    }

    /** A comma-separated list; blank entries are left out. */
    static List<CidrBlock> parseList(String text) {
        return Arrays.stream(text.split(",")).map(String::strip).filter(part -> !part.isEmpty()).map(CidrBlock::parse)
                .toList();
    }

    boolean contains(byte[] address) {
        if (address.length != network.length) {
            return false;
        }
        int whole = prefix / Byte.SIZE;
        for (int i = 0; i < whole; i++) {
            if (address[i] != network[i]) {
                return false;
            }
        }
        int rest = prefix % Byte.SIZE;
        return rest == 0 || (address[whole] & 0xFF << Byte.SIZE - rest) == (network[whole] & 0xFF << Byte.SIZE - rest);
    }

    private byte[] masked(byte[] address) {
        var masked = new byte[address.length];
        for (int i = 0; i < address.length; i++) {
            int bitsHere = Math.clamp((long) prefix - (long) i * Byte.SIZE, 0, Byte.SIZE);
            masked[i] = (byte) (address[i] & 0xFF << Byte.SIZE - bitsHere);
        }
        return masked;
    }
}

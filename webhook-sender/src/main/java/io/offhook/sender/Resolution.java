package io.offhook.sender;

import java.net.InetAddress;
import java.util.List;

/** What a name means at the moment. */
sealed interface Resolution {

    /** @param addresses at least one, in the order of the answer */
    record Found(List<InetAddress> addresses) implements Resolution {

        public Found {
            addresses = List.copyOf(addresses);
        }
    }

    /** @param reason one line */
    record NotFound(String reason) implements Resolution {}
}

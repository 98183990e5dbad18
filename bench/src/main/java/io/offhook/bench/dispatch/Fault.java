package io.offhook.bench.dispatch;

/** What is wrong with a receiver. */
enum Fault {
    /** Nobody listens, and connections that were open are closed. */
    REFUSED,
    /** As behind a firewall that drops everything: open connections say nothing more, new ones are never answered. */
    BLACK_HOLE,
    /** Takes connections and requests and never answers. */
    HANG,
    /** Answers at once with a head, then with a byte of the body each second. */
    DRIP
}

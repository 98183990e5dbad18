package io.offhook.ingestor.cdr;

import org.slf4j.Logger;

/** Says in the log what goes wrong, once per cause, and when it is over. For one thread. */
final class Complaint {

    private final Logger log;
    private final String about;
    private String last;

    /** @param about what cannot be done while it lasts, as the beginning of a line */
    Complaint(Logger log, String about) {
        this.log = log;
        this.about = about;
    }

    void because(String cause) {
        if (!cause.equals(last)) {
            log.warn("{}, trying again until it works: {}", about, cause);
            last = cause;
        }
    }

    void over() {
        if (last != null) {
            log.info("{}: over", about);
            last = null;
        }
    }
}

package io.offhook.ingestor.esl;

/** Bytes that cannot be the body of an event: cut off, or with another frame spliced into them. */
public final class MalformedEventException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedEventException(String message) {
        super(message, null, false, false);
    }
}

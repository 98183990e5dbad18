package io.offhook.chaos;

/** Something that had to happen in a scenario did not happen in time. */
final class OutOfPatienceException extends RuntimeException {

    private static final long serialVersionUID = 1;

    OutOfPatienceException(String message) {
        super(message);
    }
}

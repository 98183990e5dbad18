package io.offhook.api.call;

/** Somebody else has written what a partition tells, or it is to be read anew: what was read of it is not to be written. */
final class BooksMovedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BooksMovedException() {
        super("the books of a partition have moved");
    }
}

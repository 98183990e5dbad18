package io.offhook.api.retention;

/** Rows that are kept for a while only. */
public interface Expiring {

    /** For the log. */
    String name();

    /** Removes up to {@code batch} rows in a transaction of its own; @return how many, {@code batch} when there may be more. */
    int remove(int batch);
}

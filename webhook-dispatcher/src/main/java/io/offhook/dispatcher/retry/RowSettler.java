package io.offhook.dispatcher.retry;

import io.offhook.sender.AttemptResult;

/** Writes how claimed rows ended, behind the lanes' backs. */
final class RowSettler implements AutoCloseable {

    private final RetryStore store;
    private final DatabaseWriter writer = new DatabaseWriter("row-settler");

    RowSettler(RetryStore store) {
        this.store = store;
    }

    void delivered(ClaimedRow row, AttemptResult result) {
        writer.write(() -> store.delivered(row, result));
    }

    void failed(ClaimedRow row, AttemptResult result) {
        writer.write(() -> store.failed(row, result));
    }

    void release(ClaimedRow row) {
        writer.write(() -> store.release(row));
    }

    @Override
    public void close() {
        writer.close();
    }
}

package io.offhook.runtime;

import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;

/** Tells a record that a topic will never take from a producer, a broker or a permission that can be mended. */
public final class RecordRefusal {

    private RecordRefusal() {}

    /** Whether the record itself is why it was not taken, so that no other attempt can succeed. */
    public static boolean isFinal(Exception failure) {
        return failure instanceof RecordTooLargeException || failure instanceof RecordBatchTooLargeException
                || failure instanceof InvalidRecordException || failure instanceof SerializationException;
    }
}

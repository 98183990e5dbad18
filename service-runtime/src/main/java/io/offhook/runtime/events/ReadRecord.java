package io.offhook.runtime.events;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record of the events topic.
 *
 * @param duplicate a record with its {@code ce_id} stands before it: that one is the event (R4)
 */
public record ReadRecord(ConsumerRecord<byte[], byte[]> record, boolean duplicate) {}

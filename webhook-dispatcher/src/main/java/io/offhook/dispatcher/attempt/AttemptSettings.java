package io.offhook.dispatcher.attempt;

import java.time.Duration;

/**
 * @param retention how long attempts are kept, at least
 * @param partitionsAhead days after today whose partitions are made
 * @param queueBytes memory of attempts that wait for the topic; beyond it they are dropped
 * @param batch rows of one transaction, at most
 * @param batchWait how long the persister waits for a batch to fill
 */
public record AttemptSettings(Duration retention, int partitionsAhead, long queueBytes, int batch,
        Duration batchWait) {}

/** Call events into Kafka. */
package io.offhook.ingestor.publish;

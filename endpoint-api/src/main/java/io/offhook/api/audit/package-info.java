/** {@code GET /api/v1/events}: the call events as they stand in Kafka. */
package io.offhook.api.audit;

/** A POST that bears an {@code Idempotency-Key} is done once, however often it comes. */
package io.offhook.api.idempotency;

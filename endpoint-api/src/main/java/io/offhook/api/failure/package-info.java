/** Deliveries that could not be made at once: their list, sending them again, giving them up. */
package io.offhook.api.failure;

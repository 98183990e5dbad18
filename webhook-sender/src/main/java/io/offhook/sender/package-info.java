/**
 * One webhook attempt, from event to outcome: signature and headers, the guard of outgoing addresses, the HTTP exchange with its
 * deadlines, and the one place that judges an outcome. {@link io.offhook.sender.WebhookSender} is the door. No Spring, no retries,
 * no storage.
 */
package io.offhook.sender;

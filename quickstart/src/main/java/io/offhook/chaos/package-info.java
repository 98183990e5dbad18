/**
 * Faults on purpose: real processes under load, one fault after another. On the way in the events topic is compared with the truth of
 * every leg, on the way out what every endpoint has received with what the topic owes it.
 */
package io.offhook.chaos;

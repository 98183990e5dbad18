/** Faults on purpose: real processes under load, one fault after another, and the events topic compared with the truth of every leg. */
package io.offhook.chaos;

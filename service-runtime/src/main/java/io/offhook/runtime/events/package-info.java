/** Reading the events topic by time, without a group: what audit and replay share. */
package io.offhook.runtime.events;

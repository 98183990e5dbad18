/** A lane per endpoint: its queue, its slots, its breaker, and the order of each leg. What isolates receivers from each other. */
package io.offhook.dispatcher.lane;

/** What could not be delivered live: the hand-off topic, the rows, and their way back into the lanes. */
package io.offhook.dispatcher.retry;

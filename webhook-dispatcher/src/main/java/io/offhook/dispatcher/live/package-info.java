/** From the topic into the lanes: the poll loop, what is settled of each partition, and which events are the same. */
package io.offhook.dispatcher.live;

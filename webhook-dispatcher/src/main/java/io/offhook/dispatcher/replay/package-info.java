/** Replays: jobs in PostgreSQL that deliver what stands in the events topic to an endpoint again, through its lane. */
package io.offhook.dispatcher.replay;

/** What the dispatcher knows of endpoints: a snapshot, taken whole and kept while PostgreSQL is away. */
package io.offhook.dispatcher.endpoint;

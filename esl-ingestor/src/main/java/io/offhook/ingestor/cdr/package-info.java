/** CDRs of mod_json_cdr: received over HTTP, kept in Kafka, handed on when the leg's own events have had their time. */
package io.offhook.ingestor.cdr;

package io.offhook.ingestor.call;

/** After a start: what is known of a leg of an earlier run may not all be published yet. */
record Owed(String uuid, String node) implements LegInput {}

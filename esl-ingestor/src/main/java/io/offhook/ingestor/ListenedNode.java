package io.offhook.ingestor;

import io.offhook.ingestor.esl.CommandConnection;
import io.offhook.ingestor.esl.EslConnection;

/** All that belongs to one node: its events, its commands, and what finds out what was missed. */
record ListenedNode(NodeFeed feed, EslConnection events, CommandConnection commands, Reconciliation reconciliation) {

    void close() {
        events.close();
        commands.close();
        reconciliation.close();
    }
}

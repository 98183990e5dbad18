package io.offhook.ingestor;

import java.util.function.Function;

import io.offhook.ingestor.cdr.CdrFeed;
import io.offhook.ingestor.publish.CallEventPublisher;
import io.offhook.ingestor.publish.LegsTopic;
import io.offhook.ingestor.publish.TopicLookup;
import io.offhook.ingestor.publish.TopicTail;

/**
 * Kafka, as the ingestor uses it.
 *
 * @param lookup for the search of the tracker alone; the publisher has one of its own
 * @param cdrs makes the feed of CDRs for a use
 */
record IngestorTopics(CallEventPublisher publisher, LegsTopic legsTopic, TopicTail tail, TopicLookup lookup,
        Function<CdrFeed.Use, CdrFeed> cdrs) {

    CdrFeed cdrs(CdrFeed.Use use) {
        return cdrs.apply(use);
    }
}

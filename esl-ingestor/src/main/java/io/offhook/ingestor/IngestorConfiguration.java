package io.offhook.ingestor;

import java.time.Clock;

import io.micrometer.core.instrument.MeterRegistry;
import io.offhook.ingestor.cdr.CdrFeed;
import io.offhook.ingestor.cdr.CdrReader;
import io.offhook.ingestor.cdr.CdrSettings;
import io.offhook.ingestor.publish.CallEventPublisher;
import io.offhook.ingestor.publish.LegsTopic;
import io.offhook.ingestor.publish.SpoolSettings;
import io.offhook.ingestor.publish.TopicLookup;
import io.offhook.ingestor.publish.TopicTail;
import io.offhook.model.Topics;
import io.offhook.runtime.TopicProvisioner;
import io.offhook.runtime.TopicSettings;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({FreeSwitchSettings.class, IngestorSettings.class, ReconciliationSettings.class,
        SpoolSettings.class})
class IngestorConfiguration {

    @Bean
    IngestorMetrics ingestorMetrics(MeterRegistry registry, Clock clock) {
        return new IngestorMetrics(registry, clock);
    }

    @Bean
    LegsTopic legsTopic(TopicSettings topics, KafkaProperties kafka) {
        return new LegsTopic(topics.topics().callLegs(), kafka.buildProducerProperties());
    }

    @Bean
    CallEventPublisher callEventPublisher(TopicSettings topics, KafkaProperties kafka, LegsTopic legsTopic,
            IngestorMetrics metrics, SpoolSettings spool, Clock clock) {
        return new CallEventPublisher(topics.topics().callEvents(), kafka.buildProducerProperties(),
                kafka.buildConsumerProperties(), spool, clock, event -> {
                    metrics.acknowledged(event);
                    legsTopic.acknowledged(event);
                });
    }

    @Bean
    IngestorTopics ingestorTopics(TopicSettings settings, KafkaProperties kafka, LegsTopic legsTopic,
            CallEventPublisher publisher, CdrSettings cdrs, IngestorSettings ingestor, Clock clock) {
        Topics topics = settings.topics();
        var reader = new CdrReader(ingestor.tenantRules());
        return new IngestorTopics(publisher, legsTopic,
                new TopicTail(topics, kafka.buildConsumerProperties(), legsTopic),
                new TopicLookup(topics.callEvents(), kafka.buildConsumerProperties()),
                use -> new CdrFeed(topics, kafka.buildConsumerProperties(), cdrs, reader, clock, use));
    }

    @Bean
    Ingestor ingestor(FreeSwitchSettings freeSwitch, IngestorSettings settings,
            ReconciliationSettings reconciliation, CdrSettings cdrs, TopicProvisioner topics,
            IngestorTopics io, IngestorMetrics metrics, Clock clock) {
        return new Ingestor(freeSwitch, settings, reconciliation, cdrs.taken(), topics, io, metrics, clock);
    }
}

package io.offhook.ingestor;

import java.time.Clock;

import io.micrometer.core.instrument.MeterRegistry;
import io.offhook.ingestor.publish.CallEventPublisher;
import io.offhook.ingestor.publish.LegsTopic;
import io.offhook.ingestor.publish.OpenLegs;
import io.offhook.ingestor.publish.SpoolSettings;
import io.offhook.runtime.TopicProvisioner;
import io.offhook.runtime.TopicSettings;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({FreeSwitchSettings.class, IngestorSettings.class, SpoolSettings.class})
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
    OpenLegs openLegs(TopicSettings topics, KafkaProperties kafka, LegsTopic legsTopic) {
        return new OpenLegs(topics.topics(), kafka.buildConsumerProperties(), legsTopic);
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
    Ingestor ingestor(FreeSwitchSettings freeSwitch, IngestorSettings settings, TopicProvisioner topics,
            CallEventPublisher publisher, LegsTopic legsTopic, OpenLegs openLegs, IngestorMetrics metrics) {
        return new Ingestor(freeSwitch, settings, topics, publisher, legsTopic, openLegs, metrics);
    }
}

package io.offhook.ingestor;

import java.time.Clock;

import io.micrometer.core.instrument.MeterRegistry;
import io.offhook.ingestor.publish.CallEventPublisher;
import io.offhook.runtime.TopicProvisioner;
import io.offhook.runtime.TopicSettings;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({FreeSwitchSettings.class, IngestorSettings.class})
class IngestorConfiguration {

    @Bean
    IngestorMetrics ingestorMetrics(MeterRegistry registry, Clock clock) {
        return new IngestorMetrics(registry, clock);
    }

    @Bean
    CallEventPublisher callEventPublisher(TopicSettings topics, KafkaProperties kafka, IngestorMetrics metrics) {
        return new CallEventPublisher(topics.topics().callEvents(), kafka.buildProducerProperties(),
                metrics::acknowledged);
    }

    @Bean
    Ingestor ingestor(FreeSwitchSettings freeSwitch, IngestorSettings settings, TopicProvisioner topics,
            CallEventPublisher publisher, IngestorMetrics metrics) {
        return new Ingestor(freeSwitch, settings, topics, publisher, metrics);
    }
}

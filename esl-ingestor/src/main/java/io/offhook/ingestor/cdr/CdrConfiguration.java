package io.offhook.ingestor.cdr;

import io.offhook.runtime.TopicProvisioner;
import io.offhook.runtime.TopicSettings;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

/** What takes CDRs, where somebody may send them. The topic is read in any case, since another ingestor may have taken some. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(CdrSettings.class)
class CdrConfiguration {

    @Bean
    @Conditional(CdrCredentialsGiven.class)
    CdrCredentials cdrCredentials(CdrSettings settings) {
        return CdrCredentials.of(settings.username(), settings.password(), settings.passwordFile()).orElseThrow();
    }

    @Bean
    @Conditional(CdrCredentialsGiven.class)
    CdrTopic cdrTopic(TopicSettings topics, TopicProvisioner provisioner, KafkaProperties kafka, CdrSettings settings) {
        return new CdrTopic(topics.topics().callCdrs(), provisioner.ready(), kafka.buildProducerProperties(), settings);
    }
}

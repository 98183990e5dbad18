package io.offhook.runtime;

import java.time.Clock;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.annotation.Bean;

/** What every service has: a clock and its topics. */
@AutoConfiguration
@EnableConfigurationProperties(TopicSettings.class)
public class ServiceRuntimeConfiguration {

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    TopicProvisioner topicProvisioner(TopicSettings settings, KafkaProperties kafka) {
        return new TopicProvisioner(settings, kafka);
    }
}

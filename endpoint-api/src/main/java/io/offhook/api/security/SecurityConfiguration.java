package io.offhook.api.security;

import java.time.Clock;

import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(WrongKeySettings.class)
class SecurityConfiguration {

    @Bean
    WrongKeys wrongKeys(WrongKeySettings settings, Clock clock, MeterRegistry meters) {
        return new WrongKeys(settings, clock, meters);
    }
}

package io.offhook.api.endpoint;

import java.time.Clock;
import java.util.Optional;

import io.offhook.runtime.DnsSettings;
import io.offhook.runtime.InvalidSettingException;
import io.offhook.sender.AddressResolver;
import io.offhook.sender.EgressGuard;
import io.offhook.sender.HostLookup;
import io.offhook.sender.ResolverSettings;
import io.offhook.sender.WebhookSender;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Where webhooks may go, judged when an endpoint is registered and when its test event is sent. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(DnsSettings.class)
class EgressConfiguration {

    @Bean
    AddressResolver addressResolver(DnsSettings dns) {
        return new AddressResolver(HostLookup.system(), new ResolverSettings(dns.threads(), dns.timeout(),
                dns.refresh(), dns.failureMemory(), dns.lastGood()));
    }

    @Bean
    EgressGuard egressGuard(@Value("${offhook.egress.allow-cidrs:}") String allowed, AddressResolver resolver) {
        try {
            return new EgressGuard(allowed, resolver);
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException("offhook.egress.allow-cidrs", allowed,
                    "comma-separated blocks without bits past the prefix, such as 127.0.0.0/8,fd00::/8");
        }
    }

    @Bean
    WebhookSender webhookSender(EgressGuard guard, Clock clock) {
        // Classes that were not packed into a jar bear no version.
        String version = Optional.ofNullable(getClass().getPackage().getImplementationVersion()).orElse("dev");
        return new WebhookSender(version, guard, clock);
    }
}

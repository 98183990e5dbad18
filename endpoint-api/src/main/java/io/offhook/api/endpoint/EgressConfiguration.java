package io.offhook.api.endpoint;

import io.offhook.runtime.InvalidSettingException;
import io.offhook.sender.AddressResolver;
import io.offhook.sender.EgressGuard;
import io.offhook.sender.HostLookup;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Where webhooks may go, judged at registration and by the test event. */
@Configuration(proxyBeanMethods = false)
class EgressConfiguration {

    @Bean
    AddressResolver addressResolver() {
        return new AddressResolver(HostLookup.system());
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
}

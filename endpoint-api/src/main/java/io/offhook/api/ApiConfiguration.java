package io.offhook.api;

import java.util.List;

import io.offhook.api.idempotency.Idempotency;
import io.offhook.api.input.JsonBodyResolver;
import io.offhook.api.security.Access;
import io.offhook.api.settings.ApiSettings;
import io.offhook.api.settings.RetrySettings;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Puts the door and the readers of requests into Spring's dispatcher. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({ApiSettings.class, RetrySettings.class})
class ApiConfiguration implements WebMvcConfigurer {

    private final Access access;
    private final Idempotency idempotency;

    ApiConfiguration(Access access, Idempotency idempotency) {
        this.access = access;
        this.idempotency = idempotency;
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(access);
        registry.addInterceptor(idempotency);
    }

    @Override
    public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
        resolvers.add(access);
        resolvers.add(new JsonBodyResolver());
    }
}

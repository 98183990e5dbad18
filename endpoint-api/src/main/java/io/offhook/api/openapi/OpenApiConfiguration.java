package io.offhook.api.openapi;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.offhook.api.security.Caller;
import io.swagger.v3.core.jackson.ModelResolver;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import org.springdoc.core.providers.ObjectMapperProvider;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The document's frame: title, key, names in snake case. */
@Configuration(proxyBeanMethods = false)
class OpenApiConfiguration {

    private static final String BEARER = "bearer";

    OpenApiConfiguration() {
        SpringDocUtils.getConfig().addRequestWrapperToIgnore(Caller.class);
    }

    @Bean
    OpenAPI document() {
        return new OpenAPI()
                .info(new Info().title("Offhook").version("v1").license(new License().name("Apache-2.0"))
                        .description(
                                """
                                        Call events of FreeSWITCH as webhooks: where they go, what failed, and who may change it.
                                        Errors are `application/problem+json` (RFC 9457); a 400 lists every wrong field in `errors`.
                                        Lists answer `next_cursor`, which is `null` at their end. Single resources bear an `ETag`;
                                        `If-Match` on PUT, PATCH and DELETE is answered with 412 when it names another version."""))
                .addSecurityItem(new SecurityRequirement().addList(BEARER))
                .components(new Components().addSecuritySchemes(BEARER,
                        new SecurityScheme().type(SecurityScheme.Type.HTTP).scheme(BEARER)
                                .description("An API key: of one tenant, or of all when it has none")));
    }

    /** The schemas must name properties as the answers do. */
    @Bean
    ModelResolver modelResolver(ObjectMapperProvider mappers) {
        return new ModelResolver(
                mappers.jsonMapper().copy().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE))
                .openapi31(true);
    }
}

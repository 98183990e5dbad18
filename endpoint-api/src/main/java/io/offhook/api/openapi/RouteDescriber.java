package io.offhook.api.openapi;

import java.lang.annotation.Annotation;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import io.offhook.api.input.JsonBody;
import io.offhook.api.input.MayConflict;
import io.offhook.api.input.Page;
import io.offhook.api.security.RequiredScope;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.oas.models.parameters.RequestBody;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import org.springdoc.core.customizers.GlobalOpenApiCustomizer;
import org.springdoc.core.customizers.GlobalOperationCustomizer;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.method.HandlerMethod;

/** Adds what follows from a route's parameters: its body, the parameters of lists, and the errors that it can answer. */
@Component
class RouteDescriber implements GlobalOperationCustomizer, GlobalOpenApiCustomizer {

    private static final String SCHEMAS = "#/components/schemas/";
    private static final String JSON = "application/json";
    private static final String PROBLEM_JSON = "application/problem+json";

    @Override
    public Operation customize(Operation operation, HandlerMethod route) {
        RequiredScope scope = route.getMethodAnnotation(RequiredScope.class);
        if (scope == null) {
            return operation;
        }
        operation.setDescription(Optional.ofNullable(operation.getDescription()).map(text -> text + " ").orElse("")
                + "Needs a key with the scope `" + scope.value().wireName() + "`.");
        ApiResponses responses = operation.getResponses();
        boolean list = route.getMethod().getReturnType() == Page.class;
        if (list) {
            operation.addParametersItem(query("limit", "integer", "rows at most, 1-500; 50 by default"));
            operation.addParametersItem(query("cursor", "string", "`next_cursor` of the answer before"));
        }
        Optional<JsonBody> body = Arrays.stream(route.getMethodParameters())
                .map(parameter -> parameter.getParameterAnnotation(JsonBody.class)).filter(b -> b != null).findFirst();
        body.ifPresent(wanted -> {
            operation.setRequestBody(requestBody(wanted));
            problem(responses, HttpStatus.CONTENT_TOO_LARGE);
            problem(responses, HttpStatus.UNSUPPORTED_MEDIA_TYPE);
        });
        if (list || body.isPresent() || takesQuery(operation)) {
            problem(responses, HttpStatus.BAD_REQUEST);
        }
        if (has(route, PathVariable.class)) {
            problem(responses, HttpStatus.NOT_FOUND);
        }
        if (has(route, RequestHeader.class)) {
            problem(responses, HttpStatus.PRECONDITION_FAILED);
        }
        if (route.hasMethodAnnotation(MayConflict.class)) {
            problem(responses, HttpStatus.CONFLICT);
        }
        problem(responses, HttpStatus.UNAUTHORIZED);
        problem(responses, HttpStatus.FORBIDDEN);
        problem(responses, HttpStatus.INTERNAL_SERVER_ERROR);
        problem(responses, HttpStatus.SERVICE_UNAVAILABLE);
        return operation;
    }

    @Override
    public void customise(OpenAPI document) {
        ModelConverters converters = ModelConverters.getInstance(true);
        for (Class<?> type : RequestSchemas.ALL) {
            converters.resolveAsResolvedSchema(new AnnotatedType(type)).referencedSchemas
                    .forEach(document.getComponents()::addSchemas);
        }
        // A merge patch has the same fields, and needs none of them.
        var patch = new JsonSchema();
        patch.setTypes(Set.of("object"));
        patch.setDescription("RFC 7396; null brings a field's default back");
        Map<?, ?> properties = document.getComponents().getSchemas().get("EndpointConfig").getProperties();
        properties.forEach((name, schema) -> patch.addProperty((String) name, (Schema<?>) schema));
        document.getComponents().addSchemas("EndpointPatch", patch);
    }

    private static boolean has(HandlerMethod route, Class<? extends Annotation> annotation) {
        return Arrays.stream(route.getMethodParameters())
                .anyMatch((MethodParameter p) -> p.hasParameterAnnotation(annotation));
    }

    private static boolean takesQuery(Operation operation) {
        return operation.getParameters() != null
                && operation.getParameters().stream().anyMatch(parameter -> "query".equals(parameter.getIn()));
    }

    private static Parameter query(String name, String type, String description) {
        return new Parameter().in("query").name(name).description(description)
                .schema(new JsonSchema().types(Set.of(type)));
    }

    private static RequestBody requestBody(JsonBody wanted) {
        var type = new MediaType().schema(new Schema<>().$ref(SCHEMAS + wanted.schema()));
        var content = new Content().addMediaType(JSON, type);
        if (wanted.mergePatch()) {
            content.addMediaType("application/merge-patch+json", type);
        }
        return new RequestBody().required(!wanted.optional()).content(content);
    }

    private static void problem(ApiResponses responses, HttpStatus status) {
        var type = new MediaType().schema(new Schema<>().$ref(SCHEMAS + "Problem"));
        responses.addApiResponse(Integer.toString(status.value()),
                new ApiResponse().description(status.getReasonPhrase())
                        .content(new Content().addMediaType(PROBLEM_JSON, type)));
    }
}

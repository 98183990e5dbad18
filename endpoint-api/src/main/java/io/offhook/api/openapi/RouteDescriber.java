package io.offhook.api.openapi;

import java.lang.annotation.Annotation;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

import io.offhook.api.idempotency.Idempotency;
import io.offhook.api.input.JsonBody;
import io.offhook.api.input.MayConflict;
import io.offhook.api.input.Page;
import io.offhook.api.input.PageRequest;
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
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.method.HandlerMethod;

/** Adds what follows from a route's parameters: its body, the parameters of lists, and the errors that it can answer. */
@Component
class RouteDescriber implements GlobalOperationCustomizer, GlobalOpenApiCustomizer {

    /** One of ours has 43 characters. */
    private static final int MAX_CURSOR = 200;
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
            operation.addParametersItem(parameter("query", "limit", "rows at most", limit()));
            operation.addParametersItem(parameter("query", "cursor", "`next_cursor` of the answer before",
                    typed("string").minLength(1).maxLength(MAX_CURSOR)));
        }
        describeParameters(operation);
        Optional<JsonBody> body = Arrays.stream(route.getMethodParameters())
                .map(parameter -> parameter.getParameterAnnotation(JsonBody.class)).filter(b -> b != null).findFirst();
        body.ifPresent(wanted -> {
            operation.setRequestBody(requestBody(wanted));
            problem(responses, HttpStatus.CONTENT_TOO_LARGE);
            problem(responses, HttpStatus.UNSUPPORTED_MEDIA_TYPE);
        });
        if (route.hasMethodAnnotation(PostMapping.class)) {
            operation.addParametersItem(parameter("header", Idempotency.HEADER,
                    "chosen by the client, such as a UUID: the same request with the same key is done once and answered again",
                    typed("string").minLength(1).maxLength(Idempotency.MAX_KEY)));
            problem(responses, HttpStatus.CONFLICT);
            problem(responses, HttpStatus.UNPROCESSABLE_CONTENT);
        }
        problem(responses, HttpStatus.NOT_ACCEPTABLE);
        problem(responses, HttpStatus.BAD_REQUEST);
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
        problem(responses, HttpStatus.TOO_MANY_REQUESTS);
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
        JsonSchema patch = typed("object");
        patch.setDescription("RFC 7396; null brings a field's default back");
        Map<?, ?> properties = document.getComponents().getSchemas().get("EndpointConfig").getProperties();
        properties.forEach((name, schema) -> patch.addProperty((String) name, (Schema<?>) schema));
        document.getComponents().addSchemas("EndpointPatch", patch);
        document.getComponents().getSchemas().values().forEach(RouteDescriber::allowNullChoices);
        var examples = new Examples(document.getComponents().getSchemas());
        document.getPaths().values().forEach(path -> path.readOperationsMap().forEach(examples::fill));
    }

    /** What Spring knows of a path or a header is no more than its name. */
    private static void describeParameters(Operation operation) {
        for (Parameter parameter : Objects.requireNonNullElse(operation.getParameters(), List.<Parameter>of())) {
            if (parameter.getDescription() == null && "path".equals(parameter.getIn())) {
                boolean id = parameter.getName().equals("id");
                parameter.setDescription("the " + parameter.getName());
                parameter.setSchema(typed("string").format(id ? "uuid" : null));
                parameter.setExample("460a36b6-09e7-466b-97d8-903c8cf4fc6c");
            } else if (parameter.getDescription() == null && HttpHeaders.IF_MATCH.equals(parameter.getName())) {
                parameter.setDescription("the `ETag` of the version that is meant");
                parameter.setExample("\"1\"");
            }
        }
    }

    private static Schema<?> orNull(Schema<?> object) {
        var either = new JsonSchema();
        either.setDescription(object.getDescription());
        either.addAnyOfItem(new JsonSchema().$ref(object.get$ref()));
        either.addAnyOfItem(typed("null"));
        return either;
    }

    /** A property that may be null and has choices, or is an object: null is one of them, which annotations cannot say. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    private static void allowNullChoices(Schema<?> schema) {
        if (schema.getProperties() == null) {
            return;
        }
        schema.getProperties().replaceAll((_, property) -> property.get$ref() != null && property.getTypes() != null
                && property.getTypes().contains("null") ? orNull(property) : property);
        for (Schema property : schema.getProperties().values()) {
            Set<String> types = property.getTypes();
            List<Object> choices = property.getEnum();
            if (types != null && types.contains("null") && choices != null && !choices.contains(null)) {
                var all = new ArrayList<Object>(choices);
                all.add(null);
                property.setEnum(all);
            }
        }
    }

    private static boolean has(HandlerMethod route, Class<? extends Annotation> annotation) {
        return Arrays.stream(route.getMethodParameters())
                .anyMatch((MethodParameter p) -> p.hasParameterAnnotation(annotation));
    }

    private static JsonSchema typed(String type) {
        var schema = new JsonSchema();
        // Springdoc takes types out of it.
        schema.setTypes(new HashSet<>(Set.of(type)));
        return schema;
    }

    private static Schema<?> limit() {
        JsonSchema limit = typed("integer");
        limit.setMinimum(BigDecimal.ONE);
        limit.setMaximum(BigDecimal.valueOf(PageRequest.MAX_LIMIT));
        limit.setDefault(PageRequest.DEFAULT_LIMIT);
        return limit;
    }

    private static Parameter parameter(String in, String name, String description, Schema<?> schema) {
        return new Parameter().in(in).name(name).description(description).schema(schema);
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

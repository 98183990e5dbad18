package io.offhook.api.input;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import io.swagger.v3.oas.annotations.Parameter;

/**
 * Marks a parameter of type {@link tools.jackson.databind.node.ObjectNode} that takes the request's body: one JSON object, at most
 * 64 KiB, without a key twice and without characters that PostgreSQL cannot store.
 */
@Documented
@Parameter(hidden = true)
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface JsonBody {

    /** The schema's name in the OpenAPI document. */
    String schema();

    /** An empty body stands for {@code {}}. */
    boolean optional() default false;

    /** Whether {@code application/merge-patch+json} (RFC 7396) is taken besides {@code application/json}. */
    boolean mergePatch() default false;
}

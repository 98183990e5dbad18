package io.offhook.api.problem;

/**
 * What is wrong with one field of a request.
 *
 * @param field its name; members of an object follow a dot, as in {@code headers.x-team}
 * @param message the value and what is allowed
 */
public record FieldError(String field, String message) {}

package io.offhook.api.problem;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;

/**
 * An error as the client sees it (RFC 9457). Its type is always {@code about:blank}: the status says what kind it is.
 *
 * @param errors the wrong fields of a 400; empty otherwise
 * @param headers response headers that go with it, such as {@code Retry-After}
 */
public record Problem(int status, String detail, List<FieldError> errors, Map<String, String> headers) {

    private static final int RETRY_AFTER_SECONDS = 2;

    public Problem {
        errors = List.copyOf(errors);
        headers = Map.copyOf(headers);
    }

    public static Problem of(HttpStatusCode status, String detail) {
        return new Problem(status.value(), detail, List.of(), Map.of());
    }

    public static Problem badRequest(List<FieldError> errors) {
        String fields = errors.stream().map(FieldError::field).distinct().collect(Collectors.joining(", "));
        return new Problem(HttpStatus.BAD_REQUEST.value(), "wrong: " + fields, errors, Map.of());
    }

    public static Problem badRequest(String detail) {
        return of(HttpStatus.BAD_REQUEST, detail);
    }

    /** RFC 6750 section 3: the challenge names the scheme. */
    public static Problem unauthorized(String detail) {
        return of(HttpStatus.UNAUTHORIZED, detail).withHeader("WWW-Authenticate", "Bearer");
    }

    public static Problem forbidden(String detail) {
        return of(HttpStatus.FORBIDDEN, detail);
    }

    /** Also for what exists but belongs to somebody else. */
    public static Problem notFound(String what, String id) {
        return of(HttpStatus.NOT_FOUND, "no " + what + " has the id " + id);
    }

    public static Problem conflict(String detail) {
        return of(HttpStatus.CONFLICT, detail);
    }

    public static Problem unavailable(String detail) {
        return of(HttpStatus.SERVICE_UNAVAILABLE, detail).withHeader("Retry-After",
                Integer.toString(RETRY_AFTER_SECONDS));
    }

    public Problem withHeader(String name, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Problem(status, detail, errors, more);
    }

    public String title() {
        HttpStatus known = HttpStatus.resolve(status);
        return known == null ? "Error" : known.getReasonPhrase();
    }
}

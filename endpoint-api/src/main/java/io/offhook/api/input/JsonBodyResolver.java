package io.offhook.api.input;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import io.offhook.api.problem.Problem;
import io.offhook.api.problem.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import tools.jackson.databind.node.ObjectNode;

/** Reads the body of a request whose handler wants it as {@link JsonBody}: type, size, then syntax. */
public final class JsonBodyResolver implements HandlerMethodArgumentResolver {

    /** 64 KiB: an endpoint with the longest URL, name and headers takes about 8. */
    static final int MAX_BYTES = 64 * 1024;

    private static final MediaType MERGE_PATCH = MediaType.valueOf("application/merge-patch+json");

    private final StrictJson json = new StrictJson();

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.hasParameterAnnotation(JsonBody.class);
    }

    @Override
    public ObjectNode resolveArgument(MethodParameter parameter, ModelAndViewContainer container,
            NativeWebRequest webRequest, WebDataBinderFactory binders)
            throws IOException, HttpMediaTypeNotSupportedException {
        var request = webRequest.getNativeRequest(HttpServletRequest.class);
        JsonBody wanted = parameter.getParameterAnnotation(JsonBody.class);
        byte[] body = read(request);
        if (body.length == 0 && wanted.optional()) {
            return json.empty();
        }
        requireJson(request, wanted.mergePatch());
        return json.parseObject(body);
    }

    /** Counts what arrives, since a chunked body does not announce its length. */
    private static byte[] read(HttpServletRequest request) throws IOException {
        if (request.getContentLengthLong() <= MAX_BYTES) {
            byte[] body = request.getInputStream().readNBytes(MAX_BYTES + 1);
            if (body.length <= MAX_BYTES) {
                return body;
            }
        }
        throw new ProblemException(
                Problem.of(HttpStatus.CONTENT_TOO_LARGE, "the body has more than " + MAX_BYTES + " bytes"));
    }

    private static void requireJson(HttpServletRequest request, boolean mergePatch)
            throws HttpMediaTypeNotSupportedException {
        var allowed = new ArrayList<>(List.of(MediaType.APPLICATION_JSON));
        if (mergePatch) {
            allowed.add(MERGE_PATCH);
        }
        MediaType given;
        try {
            given = request.getContentType() == null ? null : MediaType.parseMediaType(request.getContentType());
        } catch (InvalidMediaTypeException e) {
            // What cannot be read as a media type is none that we take.
            given = null;
        }
        if (given == null || allowed.stream().noneMatch(given::equalsTypeAndSubtype)) {
            throw new HttpMediaTypeNotSupportedException(given, allowed, HttpMethod.valueOf(request.getMethod()));
        }
    }
}

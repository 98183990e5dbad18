package io.offhook.api.idempotency;

import java.io.IOException;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

import io.offhook.api.problem.FieldError;
import io.offhook.api.problem.Problem;
import io.offhook.api.problem.ProblemException;
import io.offhook.api.security.Access;
import io.offhook.api.security.RequiredScope;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.stereotype.Component;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.util.ContentCachingResponseWrapper;
import org.springframework.web.util.WebUtils;

/**
 * Gives a POST with an {@code Idempotency-Key} that has been done the answer it got the first time. It works for every route, since it
 * stands before them all: the request is claimed in a table before its handler runs, and the answer kept in it before the client sees
 * it. Only answers of success are kept; any other has changed nothing, so its request may be tried again.
 */
@Component
@EnableConfigurationProperties(IdempotencySettings.class)
public final class Idempotency implements HandlerInterceptor {

    public static final String HEADER = "Idempotency-Key";
    /** Answers that are given again say so. */
    public static final String REPLAYED = "idempotency-replayed";
    public static final int MAX_KEY = 255;

    private static final Logger log = LoggerFactory.getLogger(Idempotency.class);
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1," + MAX_KEY + "}");
    private static final List<String> KEPT_HEADERS = List.of(HttpHeaders.CONTENT_TYPE, HttpHeaders.ETAG,
            HttpHeaders.LOCATION);
    /** As much as a body of a request may have; a longer one is refused by its route. Answers of POST are shorter still. */
    private static final int MAX_BYTES = 64 * 1024;
    private static final String CLAIM = Idempotency.class.getName();

    private final IdempotencyRows rows;
    private final IdempotencySettings settings;

    Idempotency(IdempotencyRows rows, IdempotencySettings settings) {
        this.rows = rows;
        this.settings = settings;
    }

    private record Claim(UUID id, RequestSecrets secrets) {}

    /** Runs after {@link Access}, so that who has no key, or not the scope, learns nothing of answers. */
    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws IOException {
        var repeatable = WebUtils.getNativeRequest(request, RepeatableRequest.class);
        if (repeatable == null || !(handler instanceof HandlerMethod route)
                || !route.hasMethodAnnotation(RequiredScope.class)) {
            return true;
        }
        String key = readKey(request);
        Optional<byte[]> body = repeatable.body(MAX_BYTES);
        if (body.isEmpty()) {
            return true;
        }
        var secrets = new RequestSecrets(Access.bearer(request), key);
        String target = request.getRequestURI()
                + (request.getQueryString() == null ? "" : "?" + request.getQueryString());
        byte[] fingerprint = secrets.fingerprint(request.getMethod(), target, body.get());
        UUID claim = UUID.randomUUID();
        if (rows.claim(secrets.lookup(), claim, Access.caller(request).keyId(), request.getMethod(),
                request.getRequestURI(), fingerprint, settings.running())) {
            request.setAttribute(CLAIM, new Claim(claim, secrets));
            return true;
        }
        KeptAnswer kept = rows.find(secrets.lookup()).orElseThrow(Idempotency::running);
        answerAgain(kept, fingerprint, secrets, response);
        return false;
    }

    private static String readKey(HttpServletRequest request) {
        String key = request.getHeader(HEADER);
        if (!KEY.matcher(key).matches()) {
            throw new ProblemException(Problem.badRequest(List.of(new FieldError(HEADER,
                    "not 1 to " + MAX_KEY + " visible ASCII characters without spaces (expected: such as a UUID)"))));
        }
        return key;
    }

    private static void answerAgain(KeptAnswer kept, byte[] fingerprint, RequestSecrets secrets,
            HttpServletResponse response) throws IOException {
        if (!MessageDigest.isEqual(kept.fingerprint(), fingerprint)) {
            throw new ProblemException(Problem.of(HttpStatus.UNPROCESSABLE_CONTENT,
                    HEADER + " was used for another request (expected: a key of its own for each request)"));
        }
        if (kept.status() == null) {
            throw running();
        }
        byte[] body = secrets.decrypt(kept.body()).orElseThrow(
                () -> new IllegalStateException("the kept answer does not belong to its Idempotency-Key"));
        response.setStatus(kept.status());
        kept.headers().forEach(response::setHeader);
        response.setHeader(REPLAYED, "true");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    private static ProblemException running() {
        return new ProblemException(Problem.conflict("the first request with this " + HEADER + " is still running")
                .withHeader(HttpHeaders.RETRY_AFTER, "1"));
    }

    /** Also after a failure, whose answer stands in the response by now. The answer goes out after this. */
    @Override
    public void afterCompletion(HttpServletRequest request, HttpServletResponse response, Object handler,
            Exception failure) {
        if (!(request.getAttribute(CLAIM) instanceof Claim claim)) {
            return;
        }
        var held = WebUtils.getNativeResponse(response, ContentCachingResponseWrapper.class);
        try {
            byte[] body = held == null ? new byte[0] : held.getContentAsByteArray();
            if (failure == null && held != null && HttpStatusCode.valueOf(held.getStatus()).is2xxSuccessful()
                    && body.length <= MAX_BYTES) {
                rows.keep(claim.secrets().lookup(), claim.id(), held.getStatus(), headers(held),
                        claim.secrets().encrypt(body), settings.keep());
            } else {
                rows.release(claim.secrets().lookup(), claim.id());
            }
        } catch (DataAccessException e) {
            // The request is done and its client shall know; until the claim counts as given up a repetition gets 409.
            log.warn("the answer of an idempotent request is not kept: {}",
                    NestedExceptionUtils.getMostSpecificCause(e).getMessage());
        }
    }

    private static Map<String, String> headers(HttpServletResponse response) {
        var kept = new LinkedHashMap<String, String>();
        for (String name : KEPT_HEADERS) {
            String value = name.equals(HttpHeaders.CONTENT_TYPE)
                    ? response.getContentType()
                    : response.getHeader(name);
            if (value != null) {
                kept.put(name, value);
            }
        }
        return kept;
    }
}

package io.offhook.api.security;

import io.offhook.api.problem.Problem;
import io.offhook.api.problem.ProblemException;
import io.offhook.db.SchemaMigration;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.core.MethodParameter;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Lets a request in by its bearer key (RFC 6750) and its route's scope, and hands the {@link Caller} to the controller. It judges the
 * route that Spring has chosen, not the path, so no spelling of a path goes round it. One interceptor over one table does all that is
 * needed, which is why there is no security framework.
 */
@Component
public final class Access implements HandlerInterceptor, HandlerMethodArgumentResolver {

    private static final String SCHEME = "bearer ";
    private static final String CALLER = Caller.class.getName();

    private final Authentication authentication;
    private final SchemaMigration schema;

    Access(Authentication authentication, SchemaMigration schema) {
        this.authentication = authentication;
        this.schema = schema;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        RequiredScope required = handler instanceof HandlerMethod route
                ? route.getMethodAnnotation(RequiredScope.class)
                : null;
        if (required == null && !request.getRequestURI().startsWith("/api/")) {
            return true;
        }
        response.setHeader("Cache-Control", "no-store");
        if (!schema.isDone()) {
            throw new ProblemException(Problem.unavailable("the database cannot serve yet; try again"));
        }
        Caller caller = authentication.of(bearer(request), request.getRemoteAddr());
        if (required != null && !caller.scopes().contains(required.value())) {
            throw new ProblemException(
                    Problem.forbidden("the key lacks the scope " + required.value().wireName()));
        }
        request.setAttribute(CALLER, caller);
        return true;
    }

    /**
     * The key that a request bears.
     *
     * @throws ProblemException 401 when it bears none
     */
    public static String bearer(HttpServletRequest request) {
        String header = request.getHeader("Authorization");
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw new ProblemException(Problem.unauthorized("Authorization is missing (expected: Bearer <key>)"));
        }
        return header.substring(SCHEME.length()).strip();
    }

    /** Who sent a request that was let in. */
    public static Caller caller(HttpServletRequest request) {
        return (Caller) request.getAttribute(CALLER);
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == Caller.class;
    }

    @Override
    public Caller resolveArgument(MethodParameter parameter, ModelAndViewContainer container, NativeWebRequest request,
            WebDataBinderFactory binders) {
        return (Caller) request.getAttribute(CALLER, RequestAttributes.SCOPE_REQUEST);
    }
}

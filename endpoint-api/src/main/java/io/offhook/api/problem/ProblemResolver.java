package io.offhook.api.problem;

import java.io.IOException;
import java.util.List;
import java.util.Map;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.coyote.CloseNowException;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.resource.NoResourceFoundException;

/** The one place that turns an exception into the answer, for the API as for everything else that this process serves. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
final class ProblemResolver implements HandlerExceptionResolver {

    private static final Logger log = LoggerFactory.getLogger(ProblemResolver.class);

    private final ProblemWriter writer;

    ProblemResolver(ProblemWriter writer) {
        this.writer = writer;
    }

    @Override
    public ModelAndView resolveException(HttpServletRequest request, HttpServletResponse response, Object handler,
            Exception failure) {
        if (failure instanceof CloseNowException) {
            // An answer that has begun is to be cut: left to the container, which does that.
            return null;
        }
        try {
            writer.write(problem(failure, request), request, response);
        } catch (IOException e) {
            // The client is gone; there is nobody to tell.
            log.debug("answer not written", e);
        }
        return new ModelAndView();
    }

    private static Problem problem(Exception failure, HttpServletRequest request) {
        return switch (failure) {
            case ProblemException answer -> answer.problem();
            case NoResourceFoundException _ -> Problem.of(HttpStatus.NOT_FOUND, "nothing is at this path");
            case ErrorResponse spring -> fromSpring(spring);
            // PostgreSQL is away, restarting, out of connections, or chose us as the victim of a deadlock.
            case NonTransientDataAccessResourceException away -> unavailable(away);
            case TransientDataAccessException away -> unavailable(away);
            case RecoverableDataAccessException away -> unavailable(away);
            case CannotCreateTransactionException away -> unavailable(away);
            case TransactionSystemException away -> unavailable(away);
            // Tomcat's, when a query is first read: a parameter without a name, or percent escapes that are none.
            case InvalidParameterException _ -> Problem.badRequest(
                    "the query cannot be read (expected: name=value, percent-encoded UTF-8, joined by &)");
            case AsyncRequestNotUsableException gone -> Problem.badRequest(gone.getMessage());
            case IOException cut -> Problem.badRequest("the request ended before its body did");
            default -> {
                log.error("unexpected failure of {} {}", request.getMethod(), request.getRequestURI(), failure);
                yield Problem.of(HttpStatus.INTERNAL_SERVER_ERROR,
                        "unexpected; the log tells more under this request id");
            }
        };
    }

    private static Problem fromSpring(ErrorResponse failure) {
        String detail = failure.getBody().getDetail();
        var problem = new Problem(failure.getStatusCode().value(), detail == null ? "refused" : detail, List.of(),
                Map.of());
        for (var header : failure.getHeaders().headerSet()) {
            problem = problem.withHeader(header.getKey(), String.join(", ", header.getValue()));
        }
        return problem;
    }

    private static Problem unavailable(Exception failure) {
        log.warn("PostgreSQL cannot serve now: {}", failure.getMessage());
        return Problem.unavailable("the database cannot serve now; try again");
    }
}

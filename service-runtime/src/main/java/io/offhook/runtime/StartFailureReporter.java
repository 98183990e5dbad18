package io.offhook.runtime;

import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Says in one line on standard error why a service did not start. */
@Order(Ordered.HIGHEST_PRECEDENCE)
public final class StartFailureReporter implements SpringBootExceptionReporter {

    @Override
    public boolean reportException(Throwable failure) {
        var line = StartFailure.explain(failure);
        line.ifPresent(text -> System.err.println("offhook: " + text));
        if (line.isEmpty()) {
            // No setting explains it: the whole story is worth more than one line.
            LoggerFactory.getLogger(StartFailureReporter.class).error("cannot start", failure);
        }
        return true;
    }
}

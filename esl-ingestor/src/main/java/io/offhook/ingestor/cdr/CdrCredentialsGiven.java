package io.offhook.ingestor.cdr;

import java.util.stream.Stream;

import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Whether somebody may send CDRs. Half a pair of credentials counts too, so that it is complained of. */
final class CdrCredentialsGiven implements Condition {

    @Override
    public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
        return Stream.of("username", "password", "password-file")
                .anyMatch(name -> !context.getEnvironment().getProperty("offhook.cdr." + name, "").isEmpty());
    }
}

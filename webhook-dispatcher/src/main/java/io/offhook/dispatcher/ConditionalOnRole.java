package io.offhook.dispatcher;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** A bean that exists only in a process that has one of these roles. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Conditional(ConditionalOnRole.OnRole.class)
@interface ConditionalOnRole {

    DispatcherRole[] value();

    /** Reads the names as they are written; {@link DispatcherSettings} says which ones are wrong. */
    final class OnRole implements Condition {

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            Set<String> given = Binder.get(context.getEnvironment())
                    .bind("offhook.dispatcher.roles", Bindable.setOf(String.class))
                    .map(names -> names.stream().map(name -> name.strip().toLowerCase(Locale.ROOT))
                            .collect(Collectors.toSet()))
                    .orElse(Set.of());
            var roles = (DispatcherRole[]) metadata.getAllAnnotationAttributes(ConditionalOnRole.class.getName())
                    .getFirst("value");
            return given.isEmpty()
                    || Arrays.stream(roles).anyMatch(role -> given.contains(role.name().toLowerCase(Locale.ROOT)));
        }
    }
}

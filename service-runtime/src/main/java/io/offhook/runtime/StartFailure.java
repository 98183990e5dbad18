package io.offhook.runtime;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

import org.apache.kafka.common.config.ConfigException;
import org.springframework.beans.BeansException;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.core.convert.ConversionFailedException;
import org.springframework.validation.FieldError;

/** Turns the exception that stopped a start into the line that an operator needs: variable, value, what is allowed. */
public final class StartFailure {

    private static final Pattern SECRET = Pattern.compile(".*(PASSWORD|KEY|SECRET)(?!.*_FILE$).*");

    private static final Pattern JDBC_URL = Pattern.compile("jdbcUrl|suitable driver|driver class");
    private static final Pattern PORT_RANGE = Pattern.compile("(?i)port.*out of range|range.*port");

    private StartFailure() {}

    static String line(String property, Object value, String allowed) {
        String variable = variable(property);
        String shown = SECRET.matcher(variable).matches() ? "(not shown)" : "\"" + value + "\"";
        return variable + ": " + shown + " (expected: " + allowed + ")";
    }

    /** Empty for a failure that no setting explains. */
    public static Optional<String> explain(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case InvalidSettingException invalid -> {
                    return Optional.of(invalid.getMessage());
                }
                case PortInUseException port -> {
                    return Optional.of(
                            line("server.port", port.getPort(), "a free port; another process listens on this one"));
                }
                case BindException bind -> {
                    return explain(bind);
                }
                case ConfigException kafka when String.valueOf(kafka.getMessage()).contains("bootstrap") -> {
                    return Optional.of("SPRING_KAFKA_BOOTSTRAP_SERVERS: " + kafka.getMessage()
                            + " (expected: host:port of a Kafka broker, several separated by commas)");
                }
                case RuntimeException driver when !(driver instanceof BeansException)
                        && JDBC_URL.matcher(String.valueOf(driver.getMessage())).find() -> {
                    return Optional.of("SPRING_DATASOURCE_URL: " + driver.getMessage().lines().findFirst().orElse("")
                            + " (expected: jdbc:postgresql://host:port/database)");
                }
                case ConversionFailedException conversion when conversion.getTargetType()
                        .getType() == Integer.class -> {
                    // The one setting that Spring reads before it binds any.
                    return Optional.of(line("server.port", conversion.getValue(), "a port number from 0 to 65535"));
                }
                case IllegalArgumentException range when range.getMessage() != null
                        && PORT_RANGE.matcher(range.getMessage()).find() -> {
                    return Optional
                            .of("SERVER_PORT: " + range.getMessage() + " (expected: a port number from 0 to 65535)");
                }
                default -> {
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> explain(BindException bind) {
        for (Throwable cause = bind; cause != null; cause = cause.getCause()) {
            if (cause instanceof InvalidSettingException invalid) {
                return Optional.of(invalid.getMessage());
            }
            if (cause instanceof BindValidationException validation
                    && validation.getValidationErrors().getAllErrors().getFirst() instanceof FieldError error) {
                String property = validation.getValidationErrors().getName() + "." + error.getField();
                return Optional.of(line(property, error.getRejectedValue(), error.getDefaultMessage()));
            }
            if (cause instanceof ConversionFailedException conversion) {
                return Optional.of(
                        line(bind.getName().toString(), conversion.getValue(),
                                allowed(conversion.getTargetType().getType())));
            }
        }
        Object value = bind.getProperty() == null ? null : bind.getProperty().getValue();
        return Optional.of(line(bind.getName().toString(), value, allowed(bind.getTarget().getType().toClass())));
    }

    private static String allowed(Class<?> type) {
        if (type == Duration.class) {
            return "a duration such as 500ms, 30s, 2m or 24h";
        }
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class
                || type == short.class
                || type == Short.class) {
            return "a whole number";
        }
        if (type == double.class || type == Double.class) {
            return "a number";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type.isEnum()) {
            return "one of " + String.join(", ",
                    Arrays.stream(type.getEnumConstants()).map(c -> c.toString().toLowerCase(Locale.ROOT)).toList());
        }
        return "a value of type " + type.getSimpleName();
    }

    /** {@code offhook.retry.schedule[1]} is set by {@code OFFHOOK_RETRY_SCHEDULE}. */
    private static String variable(String property) {
        String kebab = property.replaceAll("\\[\\d+]", "").replaceAll("([a-z])([A-Z])", "$1-$2")
                .toLowerCase(Locale.ROOT);
        String name = ConfigurationPropertyName.isValid(kebab) ? ConfigurationPropertyName.of(kebab).toString() : kebab;
        return name.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }
}

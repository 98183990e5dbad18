package io.offhook.api.input;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

import io.offhook.api.problem.Problem;
import io.offhook.api.problem.ProblemException;

/** Ids of resources as they stand in paths and fields: RFC 9562, 36 characters. {@link UUID#fromString} takes shorter texts too. */
public final class Ids {

    private static final Pattern FORM = Pattern
            .compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    private Ids() {}

    static Optional<UUID> parse(String text) {
        return FORM.matcher(text).matches() ? Optional.of(UUID.fromString(text)) : Optional.empty();
    }

    /** @throws ProblemException 404 for what is no id, since nothing can have it */
    public static UUID ofPath(String what, String text) {
        return parse(text).orElseThrow(
                () -> new ProblemException(Problem.notFound(what, Fields.shortened(StorableText.visible(text)))));
    }
}

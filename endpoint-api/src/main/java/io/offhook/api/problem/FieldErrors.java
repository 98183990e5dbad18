package io.offhook.api.problem;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with a request, so that its sender learns all of it at once. */
public final class FieldErrors {

    /** A body of 64 KiB can hold thousands of wrong fields; nobody reads more than these. */
    private static final int MAX = 100;

    private final List<FieldError> errors = new ArrayList<>();

    public void add(String field, String message) {
        if (errors.size() < MAX) {
            errors.add(new FieldError(field, message));
        }
    }

    public boolean isEmpty() { return errors.isEmpty(); }

    /** Whether the field itself or a member of it is wrong. */
    public boolean has(String field) {
        return errors.stream().anyMatch(e -> e.field().equals(field) || e.field().startsWith(field + "."));
    }

    /** @throws ProblemException 400 with all of them, when there is one */
    public void throwIfAny() {
        if (!errors.isEmpty()) {
            throw new ProblemException(Problem.badRequest(errors));
        }
    }
}

package io.offhook.api.input;

import java.util.Optional;

import io.offhook.api.problem.FieldErrors;

/**
 * Which part of a list is wanted.
 *
 * @param list its name, which its cursors bear
 * @param limit rows at most, 1-500
 * @param after {@code null} for the beginning
 */
public record PageRequest(String list, int limit, Cursor after) {

    public static final int DEFAULT_LIMIT = 50;
    public static final int MAX_LIMIT = 500;
    private static final int LIMIT_DIGITS = 3;

    /** Reads {@code limit} and {@code cursor}, and adds to the errors what is wrong with them. */
    public static PageRequest read(String list, Query query) {
        return new PageRequest(list, limit(query), cursor(list, query));
    }

    private static int limit(Query query) {
        String text = query.take("limit");
        if (text == null) {
            return DEFAULT_LIMIT;
        }
        if (text.matches("[0-9]{1," + LIMIT_DIGITS + "}")) {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= MAX_LIMIT) {
                return limit;
            }
        }
        refuse(query.errors(), "limit", text, "a whole number from 1 to " + MAX_LIMIT);
        return DEFAULT_LIMIT;
    }

    private static Cursor cursor(String list, Query query) {
        String text = query.take("cursor");
        if (text == null) {
            return null;
        }
        Optional<Cursor> cursor = Cursor.decode(list, text);
        if (cursor.isEmpty()) {
            refuse(query.errors(), "cursor", text, "the next_cursor of an earlier answer of this list");
        }
        return cursor.orElse(null);
    }

    private static void refuse(FieldErrors errors, String name, String value, String allowed) {
        errors.add(name, "\"" + Fields.shortened(value) + "\" (expected: " + allowed + ")");
    }

    /** One more than is wanted: whether it comes says whether the list goes on. */
    public int fetch() {
        return limit + 1;
    }
}

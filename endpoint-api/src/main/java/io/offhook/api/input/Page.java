package io.offhook.api.input;

import java.util.List;
import java.util.function.Function;

import io.swagger.v3.oas.annotations.media.Schema;

/**
 * A part of a list.
 *
 * @param nextCursor {@code null} at the end of the list
 */
public record Page<T>(List<T> data,
        @Schema(nullable = true, description = "null at the end of the list") String nextCursor) {

    /** @param rows up to {@link PageRequest#fetch()} of them */
    public static <T> Page<T> of(List<T> rows, PageRequest request, Function<T, Cursor> position) {
        if (rows.size() <= request.limit()) {
            return new Page<>(rows, null);
        }
        List<T> data = List.copyOf(rows.subList(0, request.limit()));
        return new Page<>(data, position.apply(data.getLast()).encode(request.list()));
    }

    public <R> Page<R> map(Function<T, R> view) {
        return new Page<>(data.stream().map(view).toList(), nextCursor);
    }
}

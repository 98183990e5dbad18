package io.offhook.api.rows;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;

/**
 * The conditions that a request names, and only those: {@code :x is null or column = :x} would leave the planner without an index once
 * the statement is prepared for every value.
 */
public final class Where {

    private final List<String> conditions = new ArrayList<>(List.of("true"));
    private final Map<String, Object> values = new LinkedHashMap<>();

    /** Adds a condition on one value, named in it as {@code :name}, unless the value is {@code null}. */
    public Where and(String condition, String name, Object value) {
        if (value != null) {
            conditions.add(condition);
            values.put(name, value);
        }
        return this;
    }

    /** Gives a further name of a condition its value. */
    public Where let(String name, Object value) {
        values.put(name, value);
        return this;
    }

    public Where and(String condition) {
        conditions.add(condition);
        return this;
    }

    public String sql() {
        return String.join(" and ", conditions);
    }

    public StatementSpec bind(StatementSpec statement) {
        return statement.params(values);
    }
}

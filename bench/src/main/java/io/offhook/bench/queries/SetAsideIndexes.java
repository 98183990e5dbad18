package io.offhook.bench.queries;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The indexes and primary keys of partitioned tables, away while millions of rows are made: to make them afterwards takes a third of the time. */
final class SetAsideIndexes {

    private static final String OF_TABLES = """
            select i.indrelid::regclass::text, i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid), k.conname,
                pg_get_constraintdef(k.oid)
            from pg_index i left join pg_constraint k on k.conindid = i.indexrelid
            where i.indrelid = any (?::regclass[])""";

    private final List<String> definitions = new ArrayList<>();

    private SetAsideIndexes() {}

    static SetAsideIndexes drop(Connection connection, List<String> tables) throws SQLException {
        var indexes = new SetAsideIndexes();
        List<String> drops = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(OF_TABLES)) {
            query.setArray(1, connection.createArrayOf("text", tables.toArray()));
            try (ResultSet index = query.executeQuery()) {
                while (index.next()) {
                    String constraint = index.getString(4);
                    if (constraint == null) {
                        drops.add("drop index " + index.getString(2));
                        // The definition is of the table's own index; without ONLY each partition gets its own too.
                        indexes.definitions.add(index.getString(3).replace(" ON ONLY ", " ON "));
                    } else {
                        String alter = "alter table " + index.getString(1);
                        drops.add(alter + " drop constraint " + constraint);
                        indexes.definitions.add(alter + " add constraint " + constraint + " " + index.getString(5));
                    }
                }
            }
        }
        try (Statement statement = connection.createStatement()) {
            for (String drop : drops) {
                statement.execute(drop);
            }
        }
        return indexes;
    }

    /** Statements that make them again, in any order. */
    List<String> definitions() {
        return List.copyOf(definitions);
    }
}

package io.offhook.api.rows;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** Between JDBC's types and ours: {@code timestamptz} travels as {@link OffsetDateTime} (JDBC 4.2), arrays as {@link Array}. */
public final class Rows {

    private Rows() {}

    /** @return {@code null} for {@code null} */
    public static OffsetDateTime time(Instant time) {
        return time == null ? null : time.atOffset(ZoneOffset.UTC);
    }

    /** @return {@code null} for {@code null} */
    public static Instant time(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    public static String[] texts(ResultSet row, String column) throws SQLException {
        return (String[]) row.getArray(column).getArray();
    }
}

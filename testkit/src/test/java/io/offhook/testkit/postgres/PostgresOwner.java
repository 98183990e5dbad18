package io.offhook.testkit.postgres;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;

/** A child for tests: starts a server, writes a row, and waits to be killed. */
final class PostgresOwner {
    private PostgresOwner() {}

    static void main(String[] arguments) throws Exception {
        EmbeddedPostgresServer postgres = EmbeddedPostgresServer
                .at(Path.of(arguments[0]), Integer.parseInt(arguments[1])).start();
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl());
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE calls (id int)");
            statement.execute("INSERT INTO calls VALUES (1)");
        }
        System.out.println("up");
        new CountDownLatch(1).await();
    }
}

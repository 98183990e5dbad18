package io.offhook.testkit.postgres;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.regex.Pattern;

import io.offhook.testkit.process.FreePort;
import io.offhook.testkit.process.JavaCommand;
import io.offhook.testkit.process.JavaProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class EmbeddedPostgresServerTest {

    @Test
    void committedRowsSurviveAStopAndAKillAndAnotherInstance(@TempDir Path directory) throws Exception {
        int port;
        try (EmbeddedPostgresServer postgres = EmbeddedPostgresServer.at(directory, 0).start()) {
            port = postgres.port();
            execute(postgres.jdbcUrl(), "CREATE TABLE calls (id int)", "INSERT INTO calls VALUES (1)");

            postgres.restart();
            assertThat(count(postgres.jdbcUrl())).isEqualTo(1);

            try (Connection open = DriverManager.getConnection(postgres.jdbcUrl());
                    Statement statement = open.createStatement()) {
                statement.execute("INSERT INTO calls VALUES (2)");
                open.setAutoCommit(false);
                statement.execute("INSERT INTO calls VALUES (3)");
                postgres.kill();
                assertThatThrownBy(open::commit).isInstanceOf(SQLException.class);
            }
            assertThat(postgres.isRunning()).isFalse();
            assertThatThrownBy(() -> count(postgres.jdbcUrl())).isInstanceOf(SQLException.class);

            postgres.start();
            assertThat(count(postgres.jdbcUrl())).isEqualTo(2);
            assertThat(Files.readString(directory.resolve("postgres.log"))).contains("not properly shut down");
        }
        try (EmbeddedPostgresServer again = EmbeddedPostgresServer.at(directory, port).start()) {
            assertThat(count(again.jdbcUrl())).isEqualTo(2);
        }
    }

    @Test
    void aServerThatAKilledJvmLeftRunningIsEndedAndItsRowsAreThere(@TempDir Path directory) throws Exception {
        int port = FreePort.find();
        try (JavaProcess owner = JavaCommand.mainClass(PostgresOwner.class)
                .arguments(directory.toString(), String.valueOf(port)).outputFile(directory.resolve("owner.log"))
                .start()) {
            owner.waitForLine(Pattern.compile("^up$"), Duration.ofSeconds(30));
            assertThatIllegalStateException().isThrownBy(EmbeddedPostgresServer.at(directory, 0)::start)
                    .withStackTraceContaining("in use by another process");
            owner.sigkill();
        }
        try (EmbeddedPostgresServer postgres = EmbeddedPostgresServer.at(directory, 0).start()) {
            assertThat(postgres.port()).isNotEqualTo(port);
            assertThat(count(postgres.jdbcUrl())).isEqualTo(1);
        }
    }

    @Test
    void furtherDatabasesBelongToTheRoleAndATemporaryServerLeavesNothingBehind() throws Exception {
        EmbeddedPostgresServer postgres = EmbeddedPostgresServer.temporary().start();
        try (postgres) {
            String url = postgres.createDatabase("other");
            assertThat(postgres.createDatabase("other")).isEqualTo(url);
            execute(url, "CREATE TABLE calls (id int)");
            assertThat(count(url)).isZero();
            assertThatThrownBy(() -> count(postgres.jdbcUrl())).hasMessageContaining("does not exist");
            assertThatIllegalArgumentException().isThrownBy(() -> postgres.createDatabase("x; DROP DATABASE other"));
        }
        assertThat(Files.exists(postgres.directory())).isFalse();
    }

    private static void execute(String url, String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static int count(String url) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT count(*) FROM calls")) {
            result.next();
            return result.getInt(1);
        }
    }
}

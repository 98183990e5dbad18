package io.offhook.testkit.postgres;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.offhook.testkit.process.DataDirectory;
import io.offhook.testkit.process.FreePort;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import io.zonky.test.db.postgres.util.LinuxUtils;

/**
 * A real PostgreSQL 17 as processes beside this JVM, unpacked from an archive on the class path (also from a jar inside
 * a jar). It can be stopped or killed and started again on the same directory and port. Role {@code offhook} and
 * database {@code offhook} are created at the first start; passwords are not asked for. First start 2-4 s, later ones
 * about 0.2 s.
 *
 * <p>PostgreSQL refuses to run as root. Under root it therefore runs in a user namespace of its own
 * ({@code unshare -U}); where the kernel forbids that, {@link #start()} fails and says so: run as another user then.
 *
 * <p>A commit is on its way to disk when it is acknowledged ({@code synchronous_commit = on}), so it survives
 * {@link #kill()}. {@code fsync} is off, so it need not survive a power cut; {@code setting("fsync", "on")} where
 * that or an honest commit time matters.
 */
public final class EmbeddedPostgresServer implements AutoCloseable {
    private static final String NAME = "offhook";
    /** Crash recovery after a kill may have a gigabyte of log to read. */
    private static final Duration STARTUP_LIMIT = Duration.ofSeconds(60);

    private final DataDirectory directory;
    private final Path data;
    private final int port;
    private final Map<String, String> settings = new HashMap<>(Map.of("synchronous_commit", "on"));
    private final Thread stopAtExit = new Thread(this::killFamily, "postgres-stop");
    private EmbeddedPostgres server;
    private boolean killedAtExit = true;

    private EmbeddedPostgresServer(DataDirectory directory, int port) {
        this.directory = directory;
        this.data = directory.path().resolve("data");
        this.port = port == 0 ? FreePort.find() : port;
    }

    /** A server on a free port, in a temporary directory that {@link #close()} deletes. */
    public static EmbeddedPostgresServer temporary() {
        return new EmbeddedPostgresServer(DataDirectory.temporary("offhook-postgres-"), 0);
    }

    /**
     * A server in a directory that is kept.
     *
     * @param directory created when it is missing; gets {@code data} and {@code postgres.log}
     * @param port 0 for a free one, which then stays the same over all starts of this instance
     */
    public static EmbeddedPostgresServer at(Path directory, int port) {
        return new EmbeddedPostgresServer(DataDirectory.kept(directory), port);
    }

    /** Sets one parameter of {@code postgresql.conf} for the starts that follow. */
    public EmbeddedPostgresServer setting(String name, String value) {
        settings.put(name, value);
        return this;
    }

    /**
     * Leaves the server alone when this JVM exits. Otherwise a shutdown hook kills it, at once and beside all other
     * hooks: wrong for an owner that stops in order from a hook of its own, with clients that still write.
     */
    public EmbeddedPostgresServer stoppedByOwner() {
        killedAtExit = false;
        return this;
    }

    /**
     * Starts the server and returns when it answers and the role and the database exist. A server that a killed JVM
     * left running in this directory is ended first.
     *
     * @throws IllegalStateException when it runs already, another JVM uses the directory, or it cannot start within 60 s
     */
    public synchronized EmbeddedPostgresServer start() {
        if (server != null) {
            throw new IllegalStateException("this PostgreSQL runs already on port " + port);
        }
        refuseRootWithoutNamespaces();
        PostmasterFamily.endLeftover(data);
        Path log = directory.path().resolve("postgres.log");
        try {
            EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder().setPort(port).setDataDirectory(data)
                    .setCleanDataDirectory(false).setRegisterShutdownHook(false).setPGStartupWait(STARTUP_LIMIT)
                    .setOutputRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .setErrorRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()));
            settings.forEach(builder::setServerConfig);
            server = builder.start();
            if (killedAtExit) {
                Runtime.getRuntime().addShutdownHook(stopAtExit);
            }
            createRoleAndDatabase();
        } catch (IOException | SQLException | RuntimeException e) {
            // Leave nothing running behind a failed start.
            kill();
            throw new IllegalStateException("PostgreSQL did not start on port " + port + ", see " + log, e);
        }
        return this;
    }

    /** Stops the server in order (fast shutdown: open transactions are rolled back); does nothing when it is down. */
    public synchronized void stop() {
        if (server == null) {
            return;
        }
        releaseServer();
    }

    /**
     * Kills the server and all its children with SIGKILL, as a crash or the kernel's out-of-memory killer would, and
     * returns when they are gone. The next {@link #start()} goes through crash recovery.
     */
    public synchronized void kill() {
        killFamily();
        if (server != null) {
            releaseServer();
        }
    }

    /** {@link #stop()} and {@link #start()}. */
    public synchronized void restart() {
        stop();
        start();
    }

    public synchronized boolean isRunning() { return server != null; }

    /** JDBC URL of database {@code offhook} for role {@code offhook}, the user included. */
    public String jdbcUrl() {
        return jdbcUrl(NAME);
    }

    /** JDBC URL of another database of this server, for role {@code offhook}. */
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://localhost:" + port + "/" + database + "?user=" + NAME + "&password=" + NAME;
    }

    public String username() {
        return NAME;
    }

    public String password() {
        return NAME;
    }

    public int port() {
        return port;
    }

    public Path directory() {
        return directory.path();
    }

    /**
     * Creates a further database owned by {@code offhook}; does nothing when it exists.
     *
     * @param database letters, digits and underscores
     * @return its JDBC URL
     */
    public String createDatabase(String database) {
        if (!database.matches("[a-z_][a-z0-9_]{0,62}")) {
            throw new IllegalArgumentException("database: " + database + " (expected: [a-z_][a-z0-9_]{0,62})");
        }
        try (Connection connection = server().getPostgresDatabase().getConnection()) {
            createDatabase(connection, database);
        } catch (SQLException e) {
            // The caller cannot go on without it.
            throw new IllegalStateException("cannot create database " + database, e);
        }
        return jdbcUrl(database);
    }

    /**
     * Writes all that is only in memory into the files, and returns when that is done.
     *
     * @throws SQLException when the server cannot
     */
    public void checkpoint() throws SQLException {
        try (Connection connection = server().getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CHECKPOINT");
        }
    }

    /** Stops the server and deletes its directory if that is temporary. */
    @Override
    public void close() {
        stop();
        directory.deleteIfTemporary();
    }

    private synchronized EmbeddedPostgres server() {
        if (server == null) {
            throw new IllegalStateException("this PostgreSQL is down");
        }
        return server;
    }

    private void killFamily() {
        PostmasterFamily.of(data).ifPresent(PostmasterFamily::kill);
    }

    private void releaseServer() {
        try {
            server.close();
        } catch (IOException e) {
            // Only the lock file was not released, which the end of this JVM does.
            throw new IllegalStateException("PostgreSQL's lock on " + data + " was not released", e);
        } finally {
            server = null;
            removeExitHook();
        }
        // A shutdown that took more than its 5 s is not waited for again.
        killFamily();
    }

    private void removeExitHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(stopAtExit);
        } catch (IllegalStateException exiting) {
            // The JVM is on its way out and runs the hook by itself.
        }
    }

    private void createRoleAndDatabase() throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '" + NAME
                    + "') THEN CREATE ROLE " + NAME + " LOGIN PASSWORD '" + NAME + "'; END IF; END $$");
            createDatabase(connection, NAME);
        }
    }

    private static void createDatabase(Connection connection, String database) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT 1 FROM pg_database WHERE datname = ?")) {
            query.setString(1, database);
            try (ResultSet found = query.executeQuery(); Statement create = connection.createStatement()) {
                if (!found.next()) {
                    create.execute("CREATE DATABASE " + database + " OWNER " + NAME);
                }
            }
        }
    }

    private static void refuseRootWithoutNamespaces() {
        boolean linux = File.separatorChar == '/' && System.getProperty("os.name").startsWith("Linux");
        if (linux && "root".equals(System.getProperty("user.name")) && !LinuxUtils.isUnshareAvailable()) {
            throw new IllegalStateException("PostgreSQL refuses to run as root, and this kernel forbids the user"
                    + " namespace (unshare -U) that would hide it: run as another user");
        }
    }
}

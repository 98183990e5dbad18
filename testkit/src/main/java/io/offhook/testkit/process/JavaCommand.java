package io.offhook.testkit.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * How to start a Java program as a child process, with the JDK that this JVM runs on.
 *
 * <p>The JVM options are for processes that start often and live briefly: C1 only, serial collector, 256 MB of heap.
 * {@link #jvmOptions} replaces them, which a benchmark has to do.
 */
public final class JavaCommand {
    /** What a child starts with unless told otherwise; halves start-up CPU time against the JVM's own defaults. */
    public static final List<String> DEFAULT_JVM_OPTIONS = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
            "-Xmx256m", "--enable-native-access=ALL-UNNAMED");

    private final String name;
    /** What follows the options of the JVM, by the environment. */
    private final Function<Map<String, String>, List<String>> program;
    private final Map<String, String> environment = new HashMap<>();
    private final List<String> arguments = new ArrayList<>();
    private final List<String> extraJvmOptions = new ArrayList<>();
    private List<String> jvmOptions = DEFAULT_JVM_OPTIONS;
    private Path workingDirectory;
    private Path outputFile;

    private JavaCommand(String name, List<String> program) {
        this(name, _ -> program);
    }

    private JavaCommand(String name, Function<Map<String, String>, List<String>> program) {
        this.name = name;
        this.program = program;
    }

    /**
     * A class with a main method, on the class path of this JVM.
     *
     * @throws IllegalStateException when this JVM runs from a jar with jars inside (a Spring Boot archive): such a class
     *         path cannot be handed to another JVM; unpack the archive ({@code java -Djarmode=tools -jar x.jar extract})
     */
    public static JavaCommand mainClass(Class<?> main) {
        if (!"file".equals(main.getProtectionDomain().getCodeSource().getLocation().getProtocol())) {
            throw new IllegalStateException(main.getName() + " lies in a jar inside a jar, whose class path no child"
                    + " process can use: unpack the archive with java -Djarmode=tools -jar <archive> extract");
        }
        return mainClass(main.getName(), System.getProperty("java.class.path"));
    }

    /** A class with a main method, on a class path of its own. */
    public static JavaCommand mainClass(String main, String classPath) {
        return new JavaCommand(main.substring(main.lastIndexOf('.') + 1), List.of("-cp", classPath, main));
    }

    /**
     * An executable jar.
     *
     * @throws IllegalArgumentException when there is no such file
     */
    public static JavaCommand jar(Path jar) {
        return new JavaCommand(jar.getFileName().toString(), List.of("-jar", existing(jar).toString()));
    }

    /**
     * A service in a Spring Boot archive, to be started often: unpacked beside the archive at the first start, which takes some 15 s,
     * each other then takes a third of the CPU time. Only with the {@link #DEFAULT_JVM_OPTIONS}.
     *
     * @throws IllegalArgumentException when there is no such file
     */
    public static JavaCommand service(Path archive) {
        Path existing = existing(archive);
        return new JavaCommand(archive.getFileName().toString(),
                environment -> UnpackedArchive.of(existing, DEFAULT_JVM_OPTIONS, environment).program());
    }

    private static Path existing(Path jar) {
        if (!Files.isRegularFile(jar)) {
            throw new IllegalArgumentException("jar: " + jar + " (expected: an existing file; is it built?)");
        }
        return jar.toAbsolutePath().normalize();
    }

    /** The JDK's launcher that this JVM was started with. */
    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Adds arguments of the program. */
    public JavaCommand arguments(String... more) {
        arguments.addAll(List.of(more));
        return this;
    }

    /** Sets one variable of the environment, which is otherwise that of this JVM. */
    public JavaCommand environment(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** Replaces {@link #DEFAULT_JVM_OPTIONS}. */
    public JavaCommand jvmOptions(String... options) {
        jvmOptions = List.of(options);
        return this;
    }

    /** Adds JVM options behind the others, where they win. */
    public JavaCommand addJvmOptions(String... options) {
        extraJvmOptions.addAll(List.of(options));
        return this;
    }

    /** The directory to start in; that of this JVM by default. */
    public JavaCommand workingDirectory(Path directory) {
        workingDirectory = directory;
        return this;
    }

    /** The file for both outputs, which is appended to; a temporary file by default, which is kept. */
    public JavaCommand outputFile(Path file) {
        outputFile = file;
        return this;
    }

    /**
     * Starts the program and returns at once. May be called again for another process.
     *
     * @throws UncheckedIOException when the JDK or a directory is missing
     */
    public JavaProcess start() {
        List<String> command = new ArrayList<>();
        command.add(java());
        command.addAll(jvmOptions);
        command.addAll(extraJvmOptions);
        command.addAll(program.apply(environment));
        command.addAll(arguments);
        ProcessOutput output = ProcessOutput.appendingTo(outputFile == null ? temporaryFile() : outputFile);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.file().toFile()));
        if (workingDirectory != null) {
            builder.directory(workingDirectory.toFile());
        }
        builder.environment().putAll(environment);
        return JavaProcess.start(name, builder, output);
    }

    private Path temporaryFile() {
        try {
            return Files.createTempFile("offhook-" + name + "-", ".log");
        } catch (IOException e) {
            // Without a place for its output a failing child could not be understood.
            throw new UncheckedIOException("cannot create a file for the output of " + name, e);
        }
    }
}

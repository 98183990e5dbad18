package io.offhook.quickstart;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The launcher as users call it: from elsewhere, through a path with a space, with whatever their machine has. */
class LauncherIT {

    private static final Path LAUNCHER = Path.of(System.getProperty("launcher"));

    @TempDir
    private Path elsewhere;

    private record Ended(int code, String out, String err) {}

    @Test
    void helpsWithoutArguments() throws Exception {
        Ended ended = launch(Map.of());

        assertThat(ended.code()).isZero();
        assertThat(ended.out()).contains("quickstart", "test", "chaos", "simulate", "receive", "cdr-repost DIR");
        assertThat(ended.err()).isEmpty();
    }

    @Test
    void refusesAnUnknownCommandInOneLineAndHelps() throws Exception {
        Ended ended = launch(Map.of(), "quickstrat");

        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.err()).startsWith("offhook: unknown command \"quickstrat\"\n").contains("usage: ./offhook");
    }

    @Test
    void saysWhatToInstallWhereThereIsNoJdkThatIsNewEnough() throws Exception {
        // Asks for a JDK of the far future: those of this machine will not do then, wherever they are.
        Path copy = copyOfLauncher("least=\\d+", "least=999");
        fake("java", "echo 'openjdk version \"17.0.1\" 2021-10-19' >&2");
        fake("javac", "");

        Ended ended = launch(copy, Map.of("JAVA_HOME", elsewhere.toString(), "HOME", elsewhere.toString()), "receive");

        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.err()).startsWith("offhook: no JDK 999 or newer found: install one").hasLineCount(1);
    }

    @Test
    void saysWhatToInstallWhereThereIsNoMaven() throws Exception {
        // A copy has nothing built beside it.
        Path copy = copyOfLauncher("", "");

        Ended ended = launch(copy, Map.of("PATH", onlyCoreTools().toString()), "test");

        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.err()).startsWith("offhook: no Maven found: install it").hasLineCount(1);
    }

    @Test
    void runsAPartThroughALinkFromAPathWithASpace() throws Exception {
        Path directory = Files.createDirectory(elsewhere.resolve("a path"));
        Path link = Files.createSymbolicLink(directory.resolve("tree"), LAUNCHER.getParent());

        Ended ended = launch(link.resolve("offhook"), Map.of(), "nothing");

        assertThat(ended.code()).isEqualTo(2);
    }

    @Test
    void thePartsAreInTheJarThatTheLauncherRuns() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Ended ended = run(List.of(java, "-jar", System.getProperty("quickstart.jar"), "cdr-repost", "no-such-folder"),
                Map.of());

        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.err()).contains("cdr-repost: \"no-such-folder\" (expected: a folder); usage: cdr-repost DIR");
    }

    private Ended launch(Map<String, String> environment, String... arguments) throws Exception {
        return launch(LAUNCHER, environment, arguments);
    }

    private Ended launch(Path launcher, Map<String, String> environment, String... arguments) throws Exception {
        var command = new ArrayList<>(List.of("/bin/sh", launcher.toString()));
        command.addAll(List.of(arguments));
        return run(command, environment);
    }

    private Ended run(List<String> command, Map<String, String> environment) throws Exception {
        Path out = elsewhere.resolve("out.txt");
        Path err = elsewhere.resolve("err.txt");
        ProcessBuilder builder = new ProcessBuilder(command).directory(elsewhere.toFile()).redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private Path copyOfLauncher(String pattern, String replacement) throws IOException {
        Path copy = Files.createDirectory(elsewhere.resolve("a copy")).resolve("offhook");
        String script = Files.readString(LAUNCHER);
        return Files.writeString(copy,
                pattern.isEmpty() ? script : Pattern.compile(pattern).matcher(script).replaceFirst(replacement));
    }

    private void fake(String tool, String script) throws IOException {
        Path bin = Files.createDirectories(elsewhere.resolve("bin"));
        Files.writeString(bin.resolve(tool), "#!/bin/sh\n" + script + "\n", StandardCharsets.UTF_8);
        Files.setPosixFilePermissions(bin.resolve(tool), PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** A PATH with what every machine has, and no Maven. */
    private Path onlyCoreTools() throws IOException {
        Path tools = Files.createDirectory(elsewhere.resolve("tools"));
        for (String tool : List.of("dirname", "sed", "head", "find")) {
            Path found = List.of(Path.of("/usr/bin", tool), Path.of("/bin", tool)).stream().filter(Files::exists)
                    .findFirst().orElseThrow();
            Files.createSymbolicLink(tools.resolve(tool), found);
        }
        return tools;
    }
}

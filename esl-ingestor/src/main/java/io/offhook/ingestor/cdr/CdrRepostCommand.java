package io.offhook.ingestor.cdr;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

import io.offhook.runtime.InvalidSettingException;

/**
 * Posts the CDRs that FreeSWITCH wrote to its {@code err-log-dir}, which it never sends again itself.
 *
 * <p>Exit codes: 0 when all went, 1 when some stayed, 2 for wrong options.
 */
public final class CdrRepostCommand {

    private static final String USAGE = "usage: cdr-repost DIR [--url http://localhost:8081/cdr]";
    private static final String DEFAULT_URL = "http://localhost:8081/cdr";
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    private CdrRepostCommand() {}

    /** @param arguments the folder, and {@code --url}, which wins over {@code OFFHOOK_CDR_URL} */
    public static void main(String[] arguments) throws InterruptedException {
        System.exit(run(List.of(arguments), System.getenv(), FIRST_PAUSE, System.out, System.err));
    }

    /** @return the exit code */
    static int run(List<String> arguments, Map<String, String> environment, Duration firstPause, PrintStream out,
            PrintStream err) throws InterruptedException {
        try {
            Options options = Options.of(arguments, environment);
            return new CdrRepost(options.folder(), options.url(), options.credentials(), firstPause, out, err).run()
                    ? 0
                    : 1;
        } catch (IllegalArgumentException e) {
            // The user's to mend: one line says how.
            err.println("cdr-repost: " + e.getMessage() + "; " + USAGE);
            return 2;
        } catch (InvalidSettingException e) {
            // As well, and the line names the variable.
            err.println("cdr-repost: " + e.getMessage());
            return 2;
        } catch (IOException e) {
            // A folder that cannot be listed.
            err.println("cdr-repost: " + e);
            return 1;
        }
    }

    private record Options(Path folder, URI url, CdrCredentials credentials) {

        static Options of(List<String> arguments, Map<String, String> environment) {
            String folder = null;
            String url = environment.getOrDefault("OFFHOOK_CDR_URL", DEFAULT_URL);
            for (Iterator<String> rest = arguments.iterator(); rest.hasNext();) {
                String argument = rest.next();
                if (argument.equals("--url")) {
                    if (!rest.hasNext()) {
                        throw new IllegalArgumentException("--url needs a value");
                    }
                    url = rest.next();
                } else if (argument.startsWith("--")) {
                    throw new IllegalArgumentException("unknown option " + argument);
                } else if (folder != null) {
                    throw new IllegalArgumentException("more than one folder");
                } else {
                    folder = argument;
                }
            }
            return new Options(folder(folder), url(url), credentials(environment));
        }

        private static Path folder(String name) {
            if (name == null) {
                throw new IllegalArgumentException("no folder given");
            }
            try {
                Path folder = Path.of(name).toAbsolutePath().normalize();
                if (Files.isDirectory(folder)) {
                    return folder;
                }
            } catch (InvalidPathException e) {
                // The line below says it.
            }
            throw new IllegalArgumentException("\"" + name + "\" (expected: a folder)");
        }

        private static URI url(String text) {
            try {
                URI url = URI.create(text);
                if (List.of("http", "https").contains(String.valueOf(url.getScheme())) && url.getHost() != null) {
                    return url;
                }
            } catch (IllegalArgumentException e) {
                // The line below says it.
            }
            throw new IllegalArgumentException("--url: \"" + text + "\" (expected: http://host:port/cdr)");
        }

        private static CdrCredentials credentials(Map<String, String> environment) {
            return CdrCredentials.of(environment.getOrDefault("OFFHOOK_CDR_USERNAME", ""),
                    environment.getOrDefault("OFFHOOK_CDR_PASSWORD", ""),
                    environment.getOrDefault("OFFHOOK_CDR_PASSWORD_FILE", ""))
                    .orElseThrow(() -> new IllegalArgumentException(
                            "OFFHOOK_CDR_USERNAME and OFFHOOK_CDR_PASSWORD are not set (expected: the ingestor's)"));
        }
    }
}

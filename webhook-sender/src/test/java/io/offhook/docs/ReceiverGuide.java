package io.offhook.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** The code blocks of docs/receivers.md. */
final class ReceiverGuide {

    private static final Path FILE = Path.of("../docs/receivers.md");

    private ReceiverGuide() {}

    /**
     * The blocks fenced with that language, in the order of the guide.
     *
     * @throws UncheckedIOException when there is no guide
     */
    static List<String> blocks(String language) {
        return Pattern.compile("^```" + language + "\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL).matcher(text())
                .results().map(block -> block.group(1)).toList();
    }

    /** The only block of that language. */
    static String program(String language) {
        List<String> programs = blocks(language);
        if (programs.size() != 1) {
            throw new IllegalStateException(
                    FILE + " has " + programs.size() + " blocks of " + language + " (expected: 1)");
        }
        return programs.getFirst();
    }

    /** The lines of the guide's tables. */
    static List<String> tableRows() {
        return text().lines().filter(line -> line.startsWith("| `")).toList();
    }

    /** What stands between backticks. */
    static List<String> inlineCode(String line) {
        return Pattern.compile("`([^`]+)`").matcher(line).results().map(code -> code.group(1)).toList();
    }

    private static String text() {
        try {
            return Files.readString(FILE);
        } catch (IOException e) {
            // Without the guide there is nothing to test.
            throw new UncheckedIOException(e);
        }
    }
}

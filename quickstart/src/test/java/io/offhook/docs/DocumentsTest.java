package io.offhook.docs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The Markdown files of the repository: links lead somewhere, computed tables and drawn pictures are those of their sources. */
class DocumentsTest {

    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static final Path ARCHITECTURE = REPOSITORY.resolve("docs/architecture");
    private static final Set<String> NOT_OURS = Set.of(".git", "target", "node_modules", "data", "logs", "spool");
    private static final Pattern FENCE = Pattern.compile("^\\s*(```|~~~).*$");
    private static final Pattern INLINE_CODE = Pattern.compile("`[^`]*`");
    /** The target of [text](target), ![text](target) and src="target"; a title after the target is left out. */
    private static final Pattern LINK = Pattern
            .compile("\\]\\(<?([^)\\s>]+)>?(?:\\s+\"[^\"]*\")?\\)|(?:src|href)=\"([^\"]+)\"");
    private static final Pattern HEADING = Pattern.compile("^#{1,6}\\s+(.*?)\\s*#*\\s*$");
    private static final Pattern ELSEWHERE = Pattern.compile("^[a-zA-Z][a-zA-Z0-9+.-]*:.*");

    @Test
    void everyRelativeLinkAndAnchorLeadsSomewhere() throws IOException {
        assertThat(brokenLinks(REPOSITORY)).isEmpty();
    }

    @Test
    void aBrokenLinkAndAMissingAnchorAreFound(@TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("a.md"), """
                # One `two`, three!
                [good](b.md#part-1) [good](#one-two-three) [elsewhere](https://example.com/x) `[code](no.md)`
                ![missing](no.svg) [missing](b.md#part-3) [missing](#four)
                ```
                [fenced](no.md)
                ```
                """);
        Files.writeString(directory.resolve("b.md"), "# Part\n# Part\n");

        assertThat(brokenLinks(directory)).containsExactlyInAnyOrder("a.md:3: no.svg", "a.md:3: b.md#part-3",
                "a.md:3: #four");
    }

    @Test
    void theTablesOfCapacityAreThoseOfTheCalculator() throws Exception {
        Ended calculator = calculate(ARCHITECTURE.resolve("capacity.md"));

        assertThat(calculator.exit()).as(calculator.output()).isZero();
    }

    @Test
    void aTableThatDriftedIsFound(@TempDir Path directory) throws Exception {
        Path drifted = directory.resolve("capacity.md");
        String page = Files.readString(ARCHITECTURE.resolve("capacity.md"));
        Files.writeString(drifted, page.replaceFirst("(\\| registered devices \\| [0-9,]+)", "$19"));

        Ended calculator = calculate(drifted);

        assertThat(calculator.exit()).isEqualTo(1);
        assertThat(calculator.output()).contains("says     | registered devices", "computed | registered devices");
    }

    @Test
    void everyPictureIsThatOfItsSource() throws IOException {
        try (var files = Files.list(ARCHITECTURE.resolve("diagrams"))) {
            var sources = files.filter(file -> file.toString().endsWith(".mmd")).toList();
            assertThat(sources).isNotEmpty().allSatisfy(source -> {
                Path picture = Path.of(source.toString().replaceAll("mmd$", "svg"));
                assertThat(picture).as("render it: docs/architecture/diagrams/render").content()
                        .contains("<!-- source sha256 " + sha256(source) + " -->");
            });
        }
    }

    private static List<String> brokenLinks(Path root) throws IOException {
        var broken = new ArrayList<String>();
        Map<Path, Set<String>> anchors = new HashMap<>();
        for (Path document : documents(root)) {
            int number = 0;
            for (String line : withoutFences(Files.readAllLines(document))) {
                number++;
                var links = LINK.matcher(INLINE_CODE.matcher(line).replaceAll(""));
                while (links.find()) {
                    String target = links.group(1) != null ? links.group(1) : links.group(2);
                    if (!ELSEWHERE.matcher(target).matches() && !leadsSomewhere(document, target, anchors)) {
                        broken.add(root.relativize(document) + ":" + number + ": " + target);
                    }
                }
            }
        }
        return broken;
    }

    private static boolean leadsSomewhere(Path document, String target, Map<Path, Set<String>> anchors)
            throws IOException {
        int hash = target.indexOf('#');
        String file = hash < 0 ? target : target.substring(0, hash);
        Path there = file.isEmpty() ? document : document.resolveSibling(file).normalize();
        if (!Files.exists(there)) {
            return false;
        }
        if (hash < 0 || !there.toString().endsWith(".md")) {
            return true;
        }
        if (!anchors.containsKey(there)) {
            anchors.put(there, anchorsOf(there));
        }
        return anchors.get(there).contains(target.substring(hash + 1));
    }

    /** As GitHub makes them: lower case, no punctuation, hyphens for spaces, a number behind the second of a name. */
    private static Set<String> anchorsOf(Path document) throws IOException {
        var anchors = new HashSet<String>();
        var seen = new HashMap<String, Integer>();
        for (String line : withoutFences(Files.readAllLines(document))) {
            var heading = HEADING.matcher(line);
            if (heading.matches()) {
                String text = heading.group(1).replaceAll("!?\\[([^]]*)]\\([^)]*\\)", "$1");
                String anchor = text.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}_\\- ]", "").replace(' ', '-');
                int before = seen.merge(anchor, 1, Integer::sum) - 1;
                anchors.add(before == 0 ? anchor : anchor + "-" + before);
            }
        }
        return anchors;
    }

    /** The lines with those of code blocks emptied, so that line numbers stay. */
    private static List<String> withoutFences(List<String> lines) {
        var kept = new ArrayList<String>();
        boolean code = false;
        for (String line : lines) {
            boolean fence = FENCE.matcher(line).matches();
            kept.add(code || fence ? "" : line);
            code ^= fence;
        }
        return kept;
    }

    private static List<Path> documents(Path root) throws IOException {
        var documents = new ArrayList<Path>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                return NOT_OURS.contains(directory.getFileName().toString()) && !directory.equals(root)
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".md")) {
                    documents.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return documents;
    }

    private record Ended(int exit, String output) {}

    private static Ended calculate(Path page) throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var process = new ProcessBuilder(java, ARCHITECTURE.resolve("capacity/Calculator.java").toString(), "--check",
                page.toString())
                .redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), output);
    }

    private static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}

package io.offhook.testkit.freeswitch;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * The captures of a real FreeSWITCH 1.10.12 that lie on the classpath under {@code esl-captures/}: event streams
 * ({@code <name>.plain.esl.gz}, {@code <name>.json.esl.gz}), the truth about each scenario ({@code <scenario>.md}), raw replies of
 * API commands, transcripts, CDRs and CDR requests. An index file lists them, so that they are found inside a jar too.
 */
public final class Captures {
    private static final String FOLDER = "/esl-captures/";
    private static final String JSON_STREAM = ".json.esl.gz";

    private Captures() {}

    /** All files, by their path below {@code esl-captures/}. */
    public static List<String> files() {
        return text("INDEX").lines().toList();
    }

    /** The names of all event streams, for example {@code s02_bridge_a_hangs_up} or {@code s19_gap.after}. */
    public static List<String> names() {
        return files().stream().filter(file -> file.endsWith(JSON_STREAM))
                .map(file -> file.substring(0, file.length() - JSON_STREAM.length())).toList();
    }

    /** The moments whose channels were recorded, for {@link SimulatedFreeSwitch#standAt}. */
    public static List<String> moments() {
        return CapturedStand.moments();
    }

    /**
     * Reads both streams of a capture.
     *
     * @throws IllegalArgumentException when there is no such capture
     */
    public static Capture open(String name) {
        return Capture.parse(name, gunzip(resource(name + ".plain.esl.gz")), gunzip(resource(name + JSON_STREAM)));
    }

    /**
     * Reads a capture from files beside each other.
     *
     * @param stem path without {@code .plain.esl.gz} and {@code .json.esl.gz}
     * @throws UncheckedIOException when one of the two files cannot be read
     */
    public static Capture open(Path stem) {
        try (InputStream plain = Files.newInputStream(Path.of(stem + ".plain.esl.gz"));
                InputStream json = Files.newInputStream(Path.of(stem + JSON_STREAM))) {
            return Capture.parse(String.valueOf(stem.getFileName()), gunzip(plain), gunzip(json));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The bytes of a file, as they lie there. */
    public static byte[] bytes(String file) {
        try (InputStream in = resource(file)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The text of a file. */
    public static String text(String file) {
        return new String(bytes(file), StandardCharsets.UTF_8);
    }

    private static InputStream resource(String file) {
        InputStream in = Captures.class.getResourceAsStream(FOLDER + file);
        if (in == null) {
            throw new IllegalArgumentException("capture file: " + file + " (expected: one of Captures.files())");
        }
        return in;
    }

    private static byte[] gunzip(InputStream compressed) {
        try (GZIPInputStream in = new GZIPInputStream(compressed)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

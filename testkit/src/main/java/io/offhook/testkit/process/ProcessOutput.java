package io.offhook.testkit.process;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The output file of one process.
 *
 * @param file may hold output of earlier processes, too
 * @param start where this process' output starts, in bytes
 */
record ProcessOutput(Path file, long start) {
    private static final int TAIL_LINES = 40;

    static ProcessOutput appendingTo(Path file) {
        try {
            return new ProcessOutput(file, Files.exists(file) ? Files.size(file) : 0);
        } catch (IOException e) {
            // A file that cannot be looked at cannot be waited on.
            throw new UncheckedIOException(e);
        }
    }

    String text() {
        return new String(readFrom(start), StandardCharsets.UTF_8);
    }

    String tail() {
        List<String> lines = text().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    }

    LineSearch search(Pattern pattern) {
        return new LineSearch(pattern);
    }

    private byte[] readFrom(long position) {
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            channel.position(position);
            return Channels.newInputStream(channel).readAllBytes();
        } catch (IOException e) {
            // The file was there when the process was started.
            throw new UncheckedIOException(e);
        }
    }

    /** Looks for a line, each call from where the last one ended. */
    final class LineSearch {
        private final Pattern pattern;
        private final ByteArrayOutputStream unfinishedLine = new ByteArrayOutputStream();
        private long position = start;
        private String found;

        private LineSearch(Pattern pattern) {
            this.pattern = pattern;
        }

        /** Reads what is new; true once a whole line matched. */
        boolean advance() {
            ByteBuffer fresh = ByteBuffer.wrap(readFrom(position));
            position += fresh.remaining();
            while (found == null && fresh.hasRemaining()) {
                byte next = fresh.get();
                if (next == '\n') {
                    String line = unfinishedLine.toString(StandardCharsets.UTF_8).stripTrailing();
                    unfinishedLine.reset();
                    found = pattern.matcher(line).find() ? line : null;
                } else {
                    unfinishedLine.write(next);
                }
            }
            return found != null;
        }

        Optional<String> found() {
            return Optional.ofNullable(found);
        }
    }
}

package io.offhook.testkit.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The directory of a server: kept, or temporary and deleted with its owner.
 *
 * @param path where it is; exists
 * @param temporary whether {@link #deleteIfTemporary()} deletes it
 */
public record DataDirectory(Path path, boolean temporary) {

    /** A directory that outlives its owner; created when it is missing. */
    public static DataDirectory kept(Path path) {
        try {
            return new DataDirectory(Files.createDirectories(path.toAbsolutePath()), false);
        } catch (IOException e) {
            // Nothing can be started without it.
            throw new UncheckedIOException("cannot create " + path, e);
        }
    }

    /** A new directory below {@code java.io.tmpdir}. */
    public static DataDirectory temporary(String prefix) {
        try {
            return new DataDirectory(Files.createTempDirectory(prefix), true);
        } catch (IOException e) {
            // Nothing can be started without it.
            throw new UncheckedIOException("cannot create a temporary directory", e);
        }
    }

    /** Deletes a temporary directory with all that is in it; does nothing to a kept one. */
    public void deleteIfTemporary() {
        if (!temporary || !Files.exists(path)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(path)) {
            List<Path> deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
            for (Path entry : deepestFirst) {
                Files.deleteIfExists(entry);
            }
        } catch (NoSuchFileException gone) {
            // Somebody deleted along with us: the aim is reached.
        } catch (IOException e) {
            // A directory that stays behind fills the disk in the end: say so.
            throw new UncheckedIOException("cannot delete " + path, e);
        }
    }
}

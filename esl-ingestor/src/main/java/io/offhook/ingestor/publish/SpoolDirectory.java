package io.offhook.ingestor.publish;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * The folder of one ingestor in the spool, owned by whoever holds the lock on its file {@code lock}; the lock ends with its process.
 * A name is never used twice: it starts with the time of its making, so names in order are folders by age.
 */
final class SpoolDirectory implements Closeable {

    private static final String LOCK = "lock";
    private static final String SUFFIX = ".spool";
    /**
     * Folders locked by this process. A lock of the operating system belongs to the process as a whole, and closing any channel on
     * the file gives it up: so a folder that is held here must not even be opened a second time.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel lock;

    private SpoolDirectory(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /** Makes a folder and owns it. */
    static SpoolDirectory create(Path root, long nowMillis) throws IOException {
        Path realRoot = Files.createDirectories(root).toRealPath();
        Path path = realRoot
                .resolve(String.format("%015d-%08x", nowMillis, ThreadLocalRandom.current().nextInt()));
        Files.createDirectory(path);
        HELD.add(path);
        Path unnamed = path.resolve(LOCK + ".new");
        FileChannel channel = FileChannel.open(unnamed, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            channel.lock();
            // Only now can others see that there is something to lock.
            Files.move(unnamed, path.resolve(LOCK), StandardCopyOption.ATOMIC_MOVE);
            sync(realRoot);
        } catch (IOException e) {
            HELD.remove(path);
            channel.close();
            throw e;
        }
        return new SpoolDirectory(path, channel);
    }

    /** Takes over the folders that nobody owns, oldest first. */
    static List<SpoolDirectory> adopt(Path root) throws IOException {
        var adopted = new ArrayList<SpoolDirectory>();
        List<Path> candidates;
        try (Stream<Path> entries = Files.list(root.toRealPath())) {
            candidates = entries.filter(entry -> Files.isRegularFile(entry.resolve(LOCK))).sorted().toList();
        }
        for (Path candidate : candidates) {
            if (HELD.add(candidate)) {
                SpoolDirectory taken = take(candidate);
                if (taken == null) {
                    HELD.remove(candidate);
                } else {
                    adopted.add(taken);
                }
            }
        }
        return adopted;
    }

    private static SpoolDirectory take(Path path) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(path.resolve(LOCK), StandardOpenOption.WRITE);
        } catch (NoSuchFileException e) {
            // Its owner has emptied and removed it meanwhile.
            return null;
        }
        FileLock taken = null;
        try {
            taken = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Held by this process under another name of the folder: its owner lives.
        }
        // The file of a folder removed meanwhile can still be locked, but it has no name any more.
        if (taken == null || !Files.exists(path.resolve(LOCK))) {
            channel.close();
            return null;
        }
        return new SpoolDirectory(path, channel);
    }

    Path path() {
        return path;
    }

    /** The file of that number; files are written in the order of their numbers. */
    Path segment(long number) {
        return path.resolve(String.format("%019d%s", number, SUFFIX));
    }

    /** The files that are there, in the order in which they were written. */
    List<Path> segments() throws IOException {
        try (Stream<Path> entries = Files.list(path)) {
            return entries.filter(entry -> entry.getFileName().toString().endsWith(SUFFIX)).sorted().toList();
        }
    }

    /** Makes the names of files durable. */
    void sync() throws IOException {
        sync(path);
    }

    private static void sync(Path directory) throws IOException {
        try (FileChannel folder = FileChannel.open(directory, StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    /** Removes the folder, which has no segments any more, and gives it up. */
    void remove() throws IOException {
        try {
            Files.deleteIfExists(path.resolve(LOCK));
            Files.deleteIfExists(path);
        } finally {
            close();
        }
    }

    /** Gives the folder up to whoever adopts it. */
    @Override
    public void close() throws IOException {
        try {
            lock.close();
        } finally {
            HELD.remove(path);
        }
    }
}

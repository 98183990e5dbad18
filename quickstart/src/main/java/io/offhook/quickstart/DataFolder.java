package io.offhook.quickstart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

import io.offhook.runtime.InvalidSettingException;

/** Where the quickstart keeps what outlives it; one quickstart at a time. The lock goes with the process, also when that is killed. */
final class DataFolder implements AutoCloseable {

    static final String PROPERTY = "offhook.data.dir";

    private final Path path;
    private final FileChannel lockFile;

    private DataFolder(Path path, FileChannel lockFile) {
        this.path = path;
        this.lockFile = lockFile;
    }

    /**
     * Makes the directory where it is missing, and takes it.
     *
     * @throws InvalidSettingException when another process has it, or nobody may write there
     */
    static DataFolder take(Path directory) {
        Path path = directory.toAbsolutePath().normalize();
        try {
            Files.createDirectories(path);
            FileChannel channel = FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE,
                    StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                channel.close();
                throw new InvalidSettingException(PROPERTY, path,
                        "a directory of its own; another quickstart runs on this one");
            }
            return new DataFolder(path, channel);
        } catch (IOException e) {
            // Nothing can be kept: the user has to name another place.
            throw new InvalidSettingException(PROPERTY, path, "a directory that can be written: " + e);
        }
    }

    Path path() {
        return path;
    }

    Path kafka() {
        return path.resolve("kafka");
    }

    Path postgres() {
        return path.resolve("postgres");
    }

    /** The secret of that name; made and kept in a file that only its owner can read where there is none yet. */
    String keptOrMade(String name, Supplier<String> maker) {
        return kept(name).orElseGet(() -> {
            String made = maker.get();
            keep(name, made);
            return made;
        });
    }

    private Optional<String> kept(String name) {
        try {
            return Optional.of(Files.readString(path.resolve(name)).strip()).filter(text -> !text.isEmpty());
        } catch (NoSuchFileException first) {
            return Optional.empty();
        } catch (IOException e) {
            // A key that is there and cannot be read must not be replaced by another.
            throw new UncheckedIOException("cannot read " + path.resolve(name), e);
        }
    }

    private void keep(String name, String secret) {
        Path part = path.resolve(name + ".part");
        try {
            Files.deleteIfExists(part);
            var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            try (var file = Files.newByteChannel(part, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    ownerOnly)) {
                file.write(ByteBuffer.wrap((secret + "\n").getBytes(StandardCharsets.UTF_8)));
            }
            // Whole or not at all.
            Files.move(part, path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            // Without it the next start would not know its own secret.
            throw new UncheckedIOException("cannot write " + path.resolve(name), e);
        }
    }

    @Override
    public void close() throws IOException {
        lockFile.close();
    }
}

package io.offhook.ingestor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A file of nodes: entries one a line or separated by commas, {@code #} begins a comment. */
final class NodesFile {

    /** Some 20,000 entries: whatever is larger was named by mistake. */
    private static final long MAX_BYTES = 1024 * 1024;

    private final Path file;
    private final Set<String> taken;

    /** @param taken names that the file may not give again */
    NodesFile(Path file, List<NodeEntry> taken) {
        this.file = file;
        this.taken = new TreeSet<>(taken.stream().map(NodeEntry::label).toList());
    }

    /** Why a file cannot be used, in one line. */
    static final class FaultyException extends Exception {
        private static final long serialVersionUID = 1L;

        FaultyException(String message) {
            super(message);
        }
    }

    /** @throws FaultyException when it cannot be read whole or one of its entries is wrong */
    List<NodeEntry> read() throws FaultyException {
        var entries = new ArrayList<NodeEntry>();
        var names = new TreeSet<>(taken);
        int number = 0;
        for (String line : text().split("\n", -1)) {
            number++;
            int comment = line.indexOf('#');
            for (String part : (comment < 0 ? line : line.substring(0, comment)).split(",")) {
                if (!part.isBlank()) {
                    entries.add(entry(part.strip(), number, names));
                }
            }
        }
        return entries;
    }

    private static NodeEntry entry(String part, int line, Set<String> names) throws FaultyException {
        NodeEntry entry = NodeEntry.of(part);
        if (entry == null) {
            throw new FaultyException("line " + line + ": \"" + part + "\" (expected: " + NodeEntry.FORM + ")");
        }
        if (!names.add(entry.label())) {
            throw new FaultyException("line " + line + ": \"" + part + "\" (expected: each name once; "
                    + entry.label() + " is named before)");
        }
        return entry;
    }

    private String text() throws FaultyException {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new FaultyException("larger than " + MAX_BYTES + " bytes");
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw new FaultyException("cannot be read: " + e);
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }
}

package io.offhook.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

import tools.jackson.databind.json.JsonMapper;

/** The ledger on disk: what was owed before a restart is owed after it. */
final class DemoLedgerFile {

    record Counts(long legs, long owed, long duplicates, long reconciled) {}

    /**
     * A ledger as data.
     *
     * @param open legs that have ended and lack events
     * @param settled the latest of the others
     * @param receipts of legs that are not settled, those of one leg in order
     */
    record Content(Counts counts, List<Truth> open, List<Truth> settled, List<Receipt> receipts,
            List<String> violations) {}

    private static final Content EMPTY = new Content(new Counts(0, 0, 0, 0), List.of(), List.of(), List.of(),
            List.of());
    private static final JsonMapper JSON = new JsonMapper();

    private final Path file;

    DemoLedgerFile(Path directory) {
        this.file = directory.resolve("ledger.json");
    }

    /** Empty where there is none. */
    Content read() throws IOException {
        return Files.exists(file) ? JSON.readValue(Files.readAllBytes(file), Content.class) : EMPTY;
    }

    /** All of it or, should the process be killed meanwhile, what was there before. */
    void write(Content content) throws IOException {
        Path next = file.resolveSibling("ledger.json.new");
        Files.write(next, JSON.writeValueAsBytes(content));
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }
}

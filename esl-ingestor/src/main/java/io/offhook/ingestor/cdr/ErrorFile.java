package io.offhook.ingestor.cdr;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A CDR that mod_json_cdr could not post and wrote to its {@code err-log-dir}, in the encoding in which it would have posted it.
 *
 * @param modifiedMillis when FreeSWITCH wrote it
 */
record ErrorFile(Path path, long modifiedMillis) {

    /** Where files go whose CDR was taken. */
    static final String POSTED = "posted";

    private static final String SUFFIX = ".cdr.json";
    private static final String URL_ENCODED = "%7B";
    /** Twice what an ingestor can be told to take, 16 MiB. */
    private static final long MOST_BYTES = 32L * 1024 * 1024;

    /** A body and the type that says what it is. */
    record Post(String contentType, byte[] body) {}

    /** The error files below a folder, oldest first, without those that were posted. */
    static List<ErrorFile> below(Path folder) throws IOException {
        try (Stream<Path> files = Files.find(folder, Integer.MAX_VALUE,
                (file, attributes) -> attributes.isRegularFile() && isCdr(file)
                        && !file.startsWith(folder.resolve(POSTED)))) {
            return files.map(ErrorFile::of)
                    .sorted(Comparator.comparingLong(ErrorFile::modifiedMillis).thenComparing(ErrorFile::path))
                    .toList();
        }
    }

    private static boolean isCdr(Path file) {
        return String.valueOf(file.getFileName()).endsWith(SUFFIX);
    }

    private static ErrorFile of(Path file) {
        try {
            return new ErrorFile(file,
                    Files.readAttributes(file, BasicFileAttributes.class).lastModifiedTime().toMillis());
        } catch (IOException e) {
            // Gone since it was listed, or not to be read: that shows when its turn comes.
            return new ErrorFile(file, 0);
        }
    }

    /** @throws UnusableCdrException for url-encoded text, which nobody can decode without doubt, and for what is too large */
    Post read() throws IOException, UnusableCdrException {
        if (Files.size(path) > MOST_BYTES) {
            throw new UnusableCdrException("the file is larger than " + MOST_BYTES + " bytes: no CDR");
        }
        byte[] content = Files.readAllBytes(path);
        if (CdrBody.beginsAsJson(content)) {
            return new Post("application/json", content);
        }
        String text = new String(content, StandardCharsets.ISO_8859_1).strip();
        if (text.isEmpty()) {
            throw new UnusableCdrException("the file is empty");
        }
        if (text.regionMatches(true, 0, URL_ENCODED, 0, URL_ENCODED.length())) {
            throw UnusableCdrException.ofForm();
        }
        return new Post(CdrBody.BASE64_FORM, (CdrBody.FIELD + text).getBytes(StandardCharsets.ISO_8859_1));
    }

    /**
     * Moves the file to the folder of posted ones, to the same place below it. A file of that name that is there already, since
     * FreeSWITCH writes the same name again after a recovery, stays: this one gets a number.
     */
    Path setAside(Path folder) throws IOException {
        Path target = folder.resolve(POSTED).resolve(folder.relativize(path));
        Files.createDirectories(target.getParent());
        for (int number = 1;; number++) {
            try {
                return Files.move(path,
                        number == 1 ? target : target.resolveSibling(target.getFileName() + "." + number));
            } catch (FileAlreadyExistsException e) {
                // Taken: the next number.
                continue;
            }
        }
    }
}

package io.offhook.ingestor.cdr;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;

import io.offhook.runtime.InvalidSettingException;

/** Name and password of basic authentication (RFC 7617), as the one who sends CDRs and the one who takes them know them. */
final class CdrCredentials {

    private static final String USERNAME = "offhook.cdr.username";
    private static final String PASSWORD = "offhook.cdr.password";
    private static final String SCHEME = "Basic ";

    private final String header;

    private CdrCredentials(String username, String password) {
        byte[] pair = (username + ":" + password).getBytes(StandardCharsets.UTF_8);
        this.header = SCHEME + Base64.getEncoder().encodeToString(pair);
    }

    /**
     * @param passwordFile a file whose first line is the password; wins over {@code password}
     * @return empty when none is given
     * @throws InvalidSettingException for one without the other, and for what cannot be sent
     */
    static Optional<CdrCredentials> of(String username, String password, String passwordFile) {
        if (username.isEmpty() && password.isEmpty() && passwordFile.isEmpty()) {
            return Optional.empty();
        }
        if (username.isEmpty() || username.indexOf(':') >= 0 || hasControls(username)) {
            throw new InvalidSettingException(USERNAME, username,
                    "a name without a colon, since a password for it is set");
        }
        String secret = passwordFile.isEmpty() ? password : firstLine(passwordFile);
        if (secret.isEmpty() || hasControls(secret)) {
            throw new InvalidSettingException(PASSWORD, "",
                    "a text of one line, not empty, here or in the file of OFFHOOK_CDR_PASSWORD_FILE, since "
                            + "OFFHOOK_CDR_USERNAME is set");
        }
        return Optional.of(new CdrCredentials(username, secret));
    }

    /** The value of {@code Authorization} that bears them. */
    String header() {
        return header;
    }

    /**
     * Takes as long for a wrong password as for a wrong last letter.
     *
     * @param authorization {@code null} when none was sent
     */
    boolean admit(String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return false;
        }
        String sent = SCHEME + authorization.substring(SCHEME.length()).strip();
        return MessageDigest.isEqual(sent.getBytes(StandardCharsets.UTF_8), header.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean hasControls(String text) {
        return text.chars().anyMatch(Character::isISOControl);
    }

    private static String firstLine(String file) {
        try {
            return Files.readString(Path.of(file)).lines().findFirst().orElse("");
        } catch (IOException | InvalidPathException e) {
            // The operator's to mend: the line names the file.
            throw new InvalidSettingException("offhook.cdr.password-file", file, "a readable file");
        }
    }
}

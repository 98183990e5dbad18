package io.offhook.ingestor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.offhook.ingestor.esl.EslCredentials;
import io.offhook.runtime.InvalidSettingException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the password of a node: its own, else the file's, else the common one. */
final class NodePasswords {

    private static final Logger log = LoggerFactory.getLogger(NodePasswords.class);

    /** The name of a node of a pool: the pool's, and an IPv4 address or the eight groups of an IPv6 one. */
    private static final Pattern IN_POOL = Pattern
            .compile("(.+)-(?:\\d{1,3}(?:\\.\\d{1,3}){3}|[0-9a-f]{1,4}(?:-[0-9a-f]{1,4}){7})");

    private final String user;
    private final String common;
    private final Map<String, String> byNode = new HashMap<>();

    NodePasswords(FreeSwitchSettings settings) {
        this.user = settings.user().isEmpty() ? null : settings.user();
        this.common = settings.passwordFile().isEmpty() ? settings.password() : firstLine(settings.passwordFile());
        settings.passwords().forEach((node, password) -> byNode.put(key(node), password));
        if (settings.nodesFile().isEmpty()) {
            warnOfStrangers(settings);
        }
        requireOneLine(common);
        byNode.values().forEach(NodePasswords::requireOneLine);
    }

    /** A node of a pool without a password of its own has its pool's. */
    EslCredentials of(String node) {
        String own = byNode.get(key(node));
        Matcher inPool = IN_POOL.matcher(node);
        if (own == null && inPool.matches()) {
            own = byNode.get(key(inPool.group(1)));
        }
        return new EslCredentials(user, own == null ? common : own);
    }

    /** Nodes of a file come and go; those of the settings are known. */
    private void warnOfStrangers(FreeSwitchSettings settings) {
        List<NodeEntry> entries = settings.entries();
        byNode.keySet().stream().filter(node -> entries.stream().noneMatch(
                entry -> entry.pool() ? node.startsWith(key(entry.name())) : node.equals(key(entry.name()))))
                .forEach(node -> log.warn("OFFHOOK_FREESWITCH_PASSWORDS_{}: OFFHOOK_FREESWITCH_NODES has no such node",
                        node.toUpperCase(Locale.ROOT)));
    }

    /** An environment variable has neither lower case nor dots and hyphens: {@code OFFHOOK_FREESWITCH_PASSWORDS_FS_1} is of fs-1. */
    private static String key(String node) {
        return node.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    private static String firstLine(String file) {
        try {
            return Files.readString(Path.of(file)).lines().findFirst().orElse("");
        } catch (IOException e) {
            throw new InvalidSettingException("offhook.freeswitch.password-file", file, "a readable file");
        }
    }

    /** A line end in a password would end the auth command. */
    private static void requireOneLine(String password) {
        if (password.isEmpty() || password.chars().anyMatch(c -> c < ' ')) {
            throw new InvalidSettingException("offhook.freeswitch.password", "", "a text of one line, not empty");
        }
    }
}

package io.offhook.ingestor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import io.offhook.ingestor.esl.EslCredentials;
import io.offhook.runtime.InvalidSettingException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the password of a node: its own, else the file's, else the common one. */
final class NodePasswords {

    private static final Logger log = LoggerFactory.getLogger(NodePasswords.class);

    private final String user;
    private final String common;
    private final Map<String, String> byNode = new HashMap<>();

    NodePasswords(FreeSwitchSettings settings) {
        this.user = settings.user().isEmpty() ? null : settings.user();
        this.common = settings.passwordFile().isEmpty() ? settings.password() : firstLine(settings.passwordFile());
        settings.passwords().forEach((node, password) -> byNode.put(key(node), password));
        Set<String> nodes = settings.addresses().stream().map(node -> key(node.name())).collect(Collectors.toSet());
        byNode.keySet().stream().filter(node -> !nodes.contains(node)).forEach(node -> log.warn(
                "OFFHOOK_FREESWITCH_PASSWORDS_{}: OFFHOOK_FREESWITCH_NODES has no such node",
                node.toUpperCase(Locale.ROOT)));
        requireOneLine(common);
        byNode.values().forEach(NodePasswords::requireOneLine);
    }

    EslCredentials of(String node) {
        return new EslCredentials(user, byNode.getOrDefault(key(node), common));
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

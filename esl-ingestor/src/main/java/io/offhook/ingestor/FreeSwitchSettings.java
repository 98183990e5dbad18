package io.offhook.ingestor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.offhook.ingestor.esl.NodeAddress;
import io.offhook.runtime.InvalidSettingException;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Which FreeSWITCH nodes to listen to, and with what.
 *
 * @param nodes {@code fs1=10.0.0.11:8021,fs2=[fd00::2]:8021}; the name is the node's name in events, the same in every ingestor
 * @param user {@code user@domain} for {@code userauth}; empty for the event socket's own password
 * @param password of the event socket or the user
 * @param passwordFile a file whose first line is the password; wins over the variable above
 * @param passwords of single nodes, each in a variable that ends with the node's name, such as
 *        {@code OFFHOOK_FREESWITCH_PASSWORDS_FS1}; they win over both
 */
@ConfigurationProperties("offhook.freeswitch")
public record FreeSwitchSettings(@DefaultValue("") String nodes, @DefaultValue("") String user,
        @DefaultValue("ClueCon") String password, @DefaultValue("") String passwordFile,
        @DefaultValue Map<String, String> passwords) {

    private static final String NODES = "offhook.freeswitch.nodes";
    private static final String FORM = "name=host:port, separated by commas, such as fs1=10.0.0.11:8021,fs2=[fd00::2]:8021";
    private static final Pattern NODE = Pattern
            .compile("([A-Za-z0-9._-]{1,64})=(?:\\[([0-9A-Fa-f:.%]+)]|([^:\\[\\]/\\s]+))(?::(\\d{1,5}))?");
    private static final int DEFAULT_PORT = 8021;

    public FreeSwitchSettings {
        if (!user.isEmpty() && !user.matches("[^@:\\s]+@[^@:\\s]+")) {
            throw new InvalidSettingException("offhook.freeswitch.user", user, "user@domain");
        }
    }

    /** @throws InvalidSettingException when the list does not have its form */
    public List<NodeAddress> addresses() {
        var addresses = new ArrayList<NodeAddress>();
        for (String part : nodes.split(",")) {
            if (part.isBlank()) {
                continue;
            }
            Matcher node = NODE.matcher(part.strip());
            int port = node.matches() && node.group(4) != null ? Integer.parseInt(node.group(4)) : DEFAULT_PORT;
            if (!node.matches() || port < 1 || port > 65535) {
                throw new InvalidSettingException(NODES, part.strip(), FORM);
            }
            String name = node.group(1);
            if (addresses.stream().anyMatch(other -> other.name().equals(name))) {
                throw new InvalidSettingException(NODES, nodes, "each name once; " + name + " stands there twice");
            }
            addresses.add(new NodeAddress(name, node.group(2) == null ? node.group(3) : node.group(2), port));
        }
        return addresses;
    }

    @Override
    public String toString() {
        return "FreeSwitchSettings[nodes=" + nodes + ", user=" + user + "]";
    }
}

package io.offhook.ingestor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.offhook.runtime.InvalidSettingException;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Which FreeSWITCH nodes to listen to, and with what.
 *
 * @param nodes {@code fs1=10.0.0.11:8021,fs2=[fd00::2]:8021}; the name is the node's name in events, the same in every ingestor;
 *        {@code pool*=fs.voip.internal:8021} stands for all addresses of a DNS name (of one family), each a node called
 *        {@code pool-<address>}
 * @param nodesFile a file of more such entries, one a line or separated by commas, {@code #} begins a comment; read again and again
 * @param refresh between two looks at the file and at DNS names; 1 s or more
 * @param user {@code user@domain} for {@code userauth}; empty for the event socket's own password
 * @param password of the event socket or the user
 * @param passwordFile a file whose first line is the password; wins over the variable above
 * @param passwords of single nodes, each in a variable that ends with the node's name, such as
 *        {@code OFFHOOK_FREESWITCH_PASSWORDS_FS1}; they win over both
 */
@ConfigurationProperties("offhook.freeswitch")
public record FreeSwitchSettings(@DefaultValue("") String nodes, @DefaultValue("") String nodesFile,
        @DefaultValue("30s") Duration refresh, @DefaultValue("") String user, @DefaultValue("ClueCon") String password,
        @DefaultValue("") String passwordFile,
        @DefaultValue Map<String, String> passwords) {

    private static final String NODES = "offhook.freeswitch.nodes";

    public FreeSwitchSettings {
        if (!user.isEmpty() && !user.matches("[^@:\\s]+@[^@:\\s]+")) {
            throw new InvalidSettingException("offhook.freeswitch.user", user, "user@domain");
        }
        if (refresh.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new InvalidSettingException("offhook.freeswitch.refresh", refresh, "1s or more");
        }
    }

    /** @throws InvalidSettingException when the list does not have its form */
    List<NodeEntry> entries() {
        var entries = new ArrayList<NodeEntry>();
        for (String part : nodes.split(",")) {
            if (part.isBlank()) {
                continue;
            }
            NodeEntry entry = NodeEntry.of(part);
            if (entry == null) {
                throw new InvalidSettingException(NODES, part.strip(), NodeEntry.FORM);
            }
            if (entries.stream().anyMatch(other -> other.label().equals(entry.label()))) {
                throw new InvalidSettingException(NODES, nodes,
                        "each name once; " + entry.label() + " stands there twice");
            }
            entries.add(entry);
        }
        return entries;
    }

    @Override
    public String toString() {
        return "FreeSwitchSettings[nodes=" + nodes + ", nodesFile=" + nodesFile + ", user=" + user + "]";
    }
}

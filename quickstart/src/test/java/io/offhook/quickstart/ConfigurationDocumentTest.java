package io.offhook.quickstart;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code docs/configuration.md} is what the code says. After a change of settings write it anew with
 * {@code mvn verify -Doffhook.docs.write=true}.
 */
class ConfigurationDocumentTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "configuration.md");
    private static final String HEAD = """
            # Configuration

            Every setting is an environment variable; as a Spring property it is the same name in lower case with dots
            (`OFFHOOK_RETRY_MAX_AGE` is `offhook.retry.max-age`). Durations are written `500ms`, `30s`, `2m`, `24h`, `7d`; lists are separated
            by commas. A value that cannot be used stops the process at its start, with one line that names the variable, the value and what is
            allowed. This page is made from the code.

            Besides these, each service takes what Spring Boot takes. The ones that matter:

            | variable | default | meaning |
            |---|---|---|
            | `SPRING_KAFKA_BOOTSTRAP_SERVERS` | `localhost:9092` | Kafka; TLS and SASL by the other `SPRING_KAFKA_*` variables |
            | `SPRING_DATASOURCE_URL` | `jdbc:postgresql://localhost:5432/offhook` | PostgreSQL, of dispatcher and API |
            | `SPRING_DATASOURCE_USERNAME`, `SPRING_DATASOURCE_PASSWORD` | `offhook`, `offhook` | |
            | `SERVER_PORT` | 8080 API, 8081 ingestor, 8082 dispatcher | |
            """;
    /** A section per prefix, in this order. */
    private static final Map<String, String> SECTIONS = sections();

    @Test
    void theDocumentListsEverySettingOfTheCode() throws IOException {
        String made = render(settings());
        if (Boolean.getBoolean("offhook.docs.write")) {
            Files.writeString(DOCUMENT, made);
        }
        assertThat(Files.readString(DOCUMENT)).isEqualTo(made);
    }

    private static Map<String, String> sections() {
        var sections = new LinkedHashMap<String, String>();
        sections.put("offhook.freeswitch", "Ingestor: which FreeSWITCH");
        sections.put("offhook.ingestor", "Ingestor: how it listens");
        sections.put("offhook.reconciliation", "Ingestor: what it has missed");
        sections.put("offhook.cdr", "Ingestor: CDRs");
        sections.put("offhook.spool", "Ingestor: while Kafka is away");
        sections.put("offhook.dispatcher", "Dispatcher: how it delivers");
        sections.put("offhook.retry", "Dispatcher and API: when it is sent again");
        sections.put("offhook.replay", "Dispatcher: replays");
        sections.put("offhook.attempts", "Dispatcher: the history of attempts");
        sections.put("offhook.egress", "Dispatcher and API: where webhooks may go");
        sections.put("offhook.dns", "Dispatcher and API: names of receivers");
        sections.put("offhook.api", "API");
        sections.put("offhook.calls", "API: the table of calls");
        sections.put("offhook.stats", "Dispatcher and API: statistics");
        sections.put("offhook.topic", "Topics");
        sections.put("offhook.log", "Logs");
        sections.put("offhook.data", "Quickstart: its data");
        sections.put("offhook.quickstart", "Quickstart");
        return Collections.unmodifiableMap(sections);
    }

    private static Map<String, JsonNode> settings() throws IOException {
        var settings = new TreeMap<String, JsonNode>();
        for (String name : List.of("META-INF/spring-configuration-metadata.json",
                "META-INF/additional-spring-configuration-metadata.json")) {
            for (URL url : Collections.list(ConfigurationDocumentTest.class.getClassLoader().getResources(name))) {
                try (InputStream in = url.openStream()) {
                    JsonMapper.shared().readTree(in).get("properties").forEach(property -> {
                        if (property.get("name").asString().startsWith("offhook.")) {
                            settings.merge(property.get("name").asString(), property,
                                    (known, other) -> known.has("description") ? known : other);
                        }
                    });
                }
            }
        }
        return settings;
    }

    private static String render(Map<String, JsonNode> settings) {
        var text = new StringBuilder(HEAD);
        SECTIONS.forEach((prefix, title) -> {
            List<JsonNode> ofSection = settings.values().stream()
                    .filter(s -> s.get("name").asString().startsWith(prefix + ".")).toList();
            if (!ofSection.isEmpty()) {
                text.append("\n## ").append(title).append("\n\n| variable | default | meaning |\n|---|---|---|\n");
                ofSection.forEach(setting -> text.append(row(setting)));
            }
        });
        assertThat(settings.keySet())
                .allMatch(name -> SECTIONS.keySet().stream().anyMatch(prefix -> name.startsWith(prefix + ".")));
        return text.toString();
    }

    private static String row(JsonNode setting) {
        String variable = setting.get("name").asString().replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
        assertThat(setting.path("description").asString("")).as(variable).isNotEmpty();
        return "| `" + variable + "` | " + defaultOf(setting) + " | "
                + setting.get("description").asString().replaceAll("\\{@code ([^}]*)}", "`$1`").replaceAll("\\s+", " ")
                        .replace("|", "\\|")
                + " |\n";
    }

    private static String defaultOf(JsonNode setting) {
        JsonNode value = setting.path("defaultValue");
        // Boot writes the default of a list down as Java prints one.
        String text = value.asString("").replaceAll("^\\[(.*)]$", "$1").replace(", ", ",");
        return text.isEmpty() ? "" : "`" + text + "`";
    }
}

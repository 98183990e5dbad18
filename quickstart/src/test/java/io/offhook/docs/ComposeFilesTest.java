package io.offhook.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code docker-compose.yml} without a Docker: what can be wrong in it before anybody runs it. {@code deploy/verify/compose} runs it.
 */
class ComposeFilesTest {

    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static final Path COMPOSE = REPOSITORY.resolve("docker-compose.yml");
    private static final List<String> OVERLAYS = List.of("three-brokers.yml", "tls.yml");
    private static final List<String> BUILT = List.of("esl-ingestor", "webhook-dispatcher", "endpoint-api", "demo");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z_]+)");

    @Test
    void everyServiceHasItsLimitsItsCheckAndTimeToDrain() throws IOException {
        assertThat(services(COMPOSE)).containsKeys("kafka", "postgres").containsKeys(BUILT.toArray(String[]::new))
                .allSatisfy((name, service) -> assertThat(service).as(name)
                        .containsKeys("mem_limit", "cpus", "pids_limit", "healthcheck", "logging")
                        .containsEntry("restart", "unless-stopped").containsEntry("stop_grace_period", "40s"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"esl-ingestor", "webhook-dispatcher", "endpoint-api", "demo"})
    void whatIsBuiltRunsWithoutRootAndWritesNowhereButToItsVolumes(String name) throws IOException {
        Map<String, Object> service = services(COMPOSE).get(name);
        String dockerfile = String.valueOf(map(service.get("build")).get("dockerfile"));

        assertThat(service).containsEntry("read_only", true).containsEntry("cap_drop", List.of("ALL"));
        assertThat(String.valueOf(service.get("image"))).startsWith("offhook/" + name + ":");
        assertThat(REPOSITORY.resolve(dockerfile)).content().contains("\nUSER 10001:10001\n", "\nHEALTHCHECK ",
                "ENTRYPOINT [\"java\"");
    }

    @Test
    void theHealthCheckNeedsNoShell() throws IOException {
        assertThat(services(COMPOSE)).allSatisfy((name, service) -> assertThat(
                (List<?>) map(service.get("healthcheck")).get("test")).as(name).first().isEqualTo("CMD"));
    }

    @Test
    void kafkaAndPostgresqlAreReachedFromInsideAlone() throws IOException {
        assertThat(map(map(load(COMPOSE).get("networks")).get("inside"))).containsEntry("internal", true);
        for (String store : List.of("kafka", "postgres")) {
            assertThat(services(COMPOSE).get(store)).doesNotContainKey("ports").containsEntry("networks",
                    List.of("inside"));
        }
    }

    @Test
    void aPublishedPortOfWhatIsScaledIsARangeOrNone() throws IOException {
        Map<String, Map<String, Object>> services = services(COMPOSE);

        assertThat(services.get("webhook-dispatcher")).doesNotContainKey("ports");
        assertThat((List<?>) services.get("esl-ingestor").get("ports")).singleElement().asString()
                .contains("8081-8083}:8081");
    }

    @Test
    void eachSettingThatAFileNamesIsOneOfTheCode() throws IOException {
        // Made from the code, which another test checks.
        String settings = Files.readString(REPOSITORY.resolve("docs/configuration.md"));
        var named = new TreeSet<String>();
        for (Path file : files()) {
            services(file).values().forEach(service -> map(service.get("environment")).keySet().stream()
                    .filter(variable -> variable.startsWith("OFFHOOK_")).forEach(named::add));
        }

        assertThat(named).isNotEmpty().allSatisfy(variable -> assertThat(settings).contains("`" + variable + "`"));
    }

    @Test
    void theExampleOfTheEnvironmentListsEveryVariableOfTheFiles() throws IOException {
        String example = Files.readString(REPOSITORY.resolve(".env.example"));
        var used = new TreeSet<String>();
        for (Path file : files()) {
            VARIABLE.matcher(Files.readString(file)).results().forEach(found -> used.add(found.group(1)));
        }

        assertThat(used).isNotEmpty().allSatisfy(variable -> assertThat(example).contains("#" + variable + "="));
    }

    @Test
    void eachSecretComesFromAFileThatAScriptMakes() throws IOException {
        String scripts = Files.readString(REPOSITORY.resolve("deploy/compose/make-secrets"))
                + Files.readString(REPOSITORY.resolve("deploy/compose/make-certificates"));
        for (Path file : files()) {
            map(load(file).get("secrets")).forEach((name, secret) -> {
                Path target = Path.of(String.valueOf(map(secret).get("file")));
                assertThat(scripts).as(name)
                        .contains(target.getFileName().toString().replaceFirst("\\.(crt|key)$", ""));
            });
        }
    }

    @Test
    void theFilesKeepToWhatBothComposeVersionsTake() throws IOException {
        for (Path file : files()) {
            assertThat(load(file)).as(file.toString()).doesNotContainKeys("name", "version");
            assertThat(Files.readString(file)).as(file.toString()).doesNotContain("required:")
                    // Compose 1.29 does not read a default within a default.
                    .doesNotContainPattern(":-[^}]*\\$\\{");
        }
    }

    private static List<Path> files() {
        return Stream.concat(Stream.of(COMPOSE),
                OVERLAYS.stream().map(name -> REPOSITORY.resolve("deploy/compose").resolve(name))).toList();
    }

    private static Map<String, Map<String, Object>> services(Path file) throws IOException {
        var services = new TreeMap<String, Map<String, Object>>();
        map(load(file).get("services")).forEach((name, service) -> services.put(name, map(service)));
        return services;
    }

    private static Map<String, Object> load(Path file) throws IOException {
        return map(new Yaml().load(Files.readString(file)));
    }

    /** Empty for nothing. */
    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object value) {
        return value == null ? Map.of() : (Map<String, Object>) value;
    }
}

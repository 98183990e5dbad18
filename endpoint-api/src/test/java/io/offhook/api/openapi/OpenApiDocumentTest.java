package io.offhook.api.openapi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code docs/openapi.json} is what users have built upon: what the code serves must go on serving them. After an addition write it anew
 * with {@code mvn verify -pl endpoint-api -am -Dtest=OpenApiDocumentTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Doffhook.docs.write=true}; a change that breaks users is written only with {@code -Doffhook.docs.break=true} besides, and belongs
 * into the changelog.
 */
class OpenApiDocumentTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "openapi.json");
    private static final JsonMapper JSON = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT)
            .enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED).build();

    @Test
    void theDocumentThatUsersHaveBuiltUponIsStillServed() throws IOException {
        ObjectNode served = (ObjectNode) ApiDocument.served().root();
        // Where it was served from.
        served.remove("servers");
        boolean write = Boolean.getBoolean("offhook.docs.write");
        if (Files.exists(DOCUMENT) && !(write && Boolean.getBoolean("offhook.docs.break"))) {
            JsonNode known = JSON.readTree(Files.readString(DOCUMENT));
            assertThat(OpenApiCompatibility.breaks(known, served)).isEmpty();
        }
        if (write) {
            Files.writeString(DOCUMENT, JSON.writeValueAsString(served) + "\n");
        }
        assertThat(JSON.readTree(Files.readString(DOCUMENT)))
                .as("docs/openapi.json is not what the code serves; the comment of this test says how to write it anew")
                .isEqualTo(served);
    }
}

package io.offhook.ingestor.cdr;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import javax.xml.parsers.DocumentBuilderFactory;

import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What administrators copy out of {@code docs/freeswitch.md} is XML, and says what the text around it says. */
class FreeSwitchGuideTest {

    private static final Path GUIDE = Path.of("..", "docs", "freeswitch.md");
    private static final Pattern SNIPPET = Pattern.compile("(?ms)^```xml\\n(.*?)^```$");

    @Test
    void everySnippetIsWellFormed() throws Exception {
        assertThat(snippets()).hasSizeGreaterThanOrEqualTo(7);
    }

    @Test
    void theUserMayHearWhatTheIngestorSubscribesTo() throws Exception {
        Document user = theOne(snippet -> !values(snippet, "esl-password").isEmpty());

        assertThat(values(user, "esl-allowed-events").getFirst().split(" ")).containsExactly("CHANNEL_CREATE",
                "CHANNEL_ORIGINATE", "CHANNEL_ANSWER", "CHANNEL_HANGUP_COMPLETE", "CHANNEL_UUID", "HEARTBEAT",
                "SHUTDOWN");
        assertThat(values(user, "esl-allowed-api").getFirst().split(" ")).containsExactly("show", "uuid_dump",
                "uuid_exists", "status", "global_getvar");
        // mod_event_socket.c has 512 bytes for an answer that repeats both lists.
        assertThat(values(user, "esl-allowed-events").getFirst().length()
                + values(user, "esl-allowed-api").getFirst().length()).isLessThan(400);
    }

    @Test
    void cdrsArePostedInAFormThatIsTakenAndWithoutTheQueueThatLosesThem() throws Exception {
        Document cdr = theOne(snippet -> snippet.getDocumentElement().getAttribute("name").equals("json_cdr.conf"));

        assertThat(values(cdr, "encode")).containsExactly("false");
        assertThat(values(cdr, "encode-values")).containsExactly("false");
        assertThat(values(cdr, "timeout")).hasSize(1);
        assertThat(values(cdr, "queue-capacity")).isEmpty();
        assertThat(values(cdr, "url")).hasSize(2).allMatch(url -> url.endsWith("/cdr"));
    }

    private static Document theOne(Predicate<Document> wanted) throws Exception {
        List<Document> found = snippets().stream().filter(wanted).toList();
        assertThat(found).hasSize(1);
        return found.getFirst();
    }

    private static List<Document> snippets() throws Exception {
        var documents = new ArrayList<Document>();
        var builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
        builder.setErrorHandler(null);
        for (String text : texts()) {
            documents.add(builder.parse(new InputSource(new StringReader(text))));
        }
        return documents;
    }

    private static List<String> texts() throws IOException {
        return SNIPPET.matcher(Files.readString(GUIDE)).results().map((MatchResult match) -> match.group(1)).toList();
    }

    private static List<String> values(Document document, String name) {
        var values = new ArrayList<String>();
        var params = document.getElementsByTagName("param");
        for (int i = 0; i < params.getLength(); i++) {
            if (params.item(i) instanceof Element param && param.getAttribute("name").equals(name)) {
                values.add(param.getAttribute("value"));
            }
        }
        return values;
    }
}

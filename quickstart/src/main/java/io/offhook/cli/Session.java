package io.offhook.cli;

import java.util.List;
import java.util.Map;

import tools.jackson.databind.JsonNode;

/** What a command has at hand: the API, connected to when it is first needed, and the terminal. */
final class Session implements AutoCloseable {

    private final Map<String, String> environment;
    private final Terminal terminal;
    private boolean json;
    private ApiConnection api;

    Session(Map<String, String> environment, Terminal terminal) {
        this.environment = environment;
        this.terminal = terminal;
    }

    /** Results as the API gives them, instead of tables. */
    void useJson(boolean wanted) {
        json = wanted;
    }

    ApiConnection api() {
        if (api == null) {
            api = ApiConnection.of(environment);
        }
        return api;
    }

    Terminal terminal() {
        return terminal;
    }

    void show(List<JsonNode> rows, String... columns) {
        if (json) {
            terminal.json(rows);
        } else {
            terminal.table(rows, columns);
        }
    }

    void show(JsonNode object) {
        if (json) {
            terminal.json(object);
        } else {
            terminal.fields(object);
        }
    }

    boolean isJson() { return json; }

    @Override
    public void close() {
        if (api != null) {
            api.close();
        }
    }
}

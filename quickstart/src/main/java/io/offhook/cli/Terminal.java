package io.offhook.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Results on standard output, as JSON or to be read; all else on standard error, so that a pipe gets results alone. */
final class Terminal {

    private static final JsonMapper JSON = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final int MAX_CELL = 60;
    private static final String GAP = "  ";

    private final PrintStream out;
    private final PrintStream err;
    private final boolean live;

    /** @param live whether a line of standard error can be written over */
    Terminal(PrintStream out, PrintStream err, boolean live) {
        this.out = out;
        this.err = err;
        this.live = live;
    }

    PrintStream out() {
        return out;
    }

    PrintStream err() {
        return err;
    }

    void json(Object value) {
        out.println(JSON.writeValueAsString(value));
    }

    void note(String text) {
        err.println(text);
    }

    /** Shows how far something is: over the line before in a terminal, else as lines of its own. */
    void progress(String text) {
        if (live) {
            err.print("\r\u001b[K" + text);
            err.flush();
        } else {
            err.println(text);
        }
    }

    /** Ends a line that {@link #progress} wrote over and over. */
    void endProgress() {
        if (live) {
            err.println();
        }
    }

    boolean isLive() { return live; }

    /** @param columns names of fields, which are the heads as well */
    void table(List<JsonNode> rows, String... columns) {
        var lines = new ArrayList<List<String>>();
        lines.add(Arrays.stream(columns).map(name -> name.replace('_', ' ').toUpperCase(Locale.ROOT))
                .toList());
        for (JsonNode row : rows) {
            lines.add(Arrays.stream(columns).map(name -> cell(row.path(name))).toList());
        }
        for (List<String> line : lines) {
            var text = new StringBuilder();
            for (int i = 0; i < columns.length; i++) {
                int column = i;
                int width = lines.stream().mapToInt(l -> length(l.get(column))).max().orElse(0);
                text.append(line.get(i)).append(" ".repeat(width - length(line.get(i)))).append(GAP);
            }
            out.println(text.toString().stripTrailing());
        }
    }

    /** Each field of an object on a line of its own. */
    void fields(JsonNode object) {
        int width = object.propertyNames().stream().mapToInt(Terminal::length).max().orElse(0);
        object.properties().forEach(field -> out.println(field.getKey() + " ".repeat(width - length(field.getKey()))
                + GAP + (field.getValue().isNull() ? "-" : plain(text(field.getValue())))));
    }

    private static String cell(JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return "-";
        }
        String text = plain(text(value));
        return length(text) <= MAX_CELL ? text : text.substring(0, text.offsetByCodePoints(0, MAX_CELL - 1)) + "…";
    }

    private static String text(JsonNode value) {
        if (value.isArray()) {
            var parts = new ArrayList<String>();
            value.forEach(part -> parts.add(text(part)));
            return String.join(",", parts);
        }
        return value.isValueNode() ? value.asString() : value.toString();
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** Without characters that a terminal would obey: names and error texts come from others. */
    static String plain(String text) {
        return text.replaceAll("[\\p{Cntrl}\\u0080-\\u009f\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]", "\ufffd");
    }
}

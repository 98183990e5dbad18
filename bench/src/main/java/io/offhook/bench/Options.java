package io.offhook.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code --name value} pairs of a command line; {@code --quick} stands alone. */
public final class Options {

    private final List<String> words;
    private final Map<String, String> values = new HashMap<>();
    private final Set<String> unread = new HashSet<>();

    /** @throws IllegalArgumentException for a word that is no option, or an option without its value */
    public Options(List<String> words) {
        this.words = List.copyOf(words);
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            boolean alone = word.equals("--quick");
            if (!word.startsWith("--") || !alone && i + 1 == words.size()) {
                throw new IllegalArgumentException(word + " (expected: --name value)");
            }
            values.put(word.substring(2), alone ? "true" : words.get(++i));
        }
        unread.addAll(values.keySet());
    }

    /** A run that only shows that everything works: short, and its numbers mean nothing and are not kept. */
    public boolean quick() {
        return text("quick", "false").equals("true");
    }

    /** The folder of the source tree, where RESULTS.md and the services' jars lie. */
    public Path root() {
        return Path.of(text("root", ".")).toAbsolutePath().normalize();
    }

    public String text(String name, String otherwise) {
        unread.remove(name);
        return values.getOrDefault(name, otherwise);
    }

    /** @throws IllegalArgumentException when it is no whole number of 1 or more */
    public int number(String name, int otherwise) {
        return numbers(name, Integer.toString(otherwise)).getFirst();
    }

    /** Whole numbers separated by commas. */
    public List<Integer> numbers(String name, String otherwise) {
        String text = text(name, otherwise);
        if (!text.matches("[1-9][0-9]{0,8}(,[1-9][0-9]{0,8})*")) {
            throw new IllegalArgumentException("--" + name + ": " + text + " (expected: whole numbers of 1 or more)");
        }
        return Arrays.stream(text.split(",")).map(Integer::valueOf).toList();
    }

    /** @throws IllegalArgumentException when there is an option that nobody has asked for */
    public void requireAllRead() {
        if (!unread.isEmpty()) {
            throw new IllegalArgumentException("--" + String.join(", --", unread) + ": no such option");
        }
    }

    /** As it was typed, without where the tree lies. */
    @Override
    public String toString() {
        int at = words.indexOf("--root");
        return String.join(" ", at < 0 ? words : words.subList(0, at)) + (at < 0
                ? ""
                : " "
                        + String.join(" ", words.subList(at + 2, words.size())));
    }
}

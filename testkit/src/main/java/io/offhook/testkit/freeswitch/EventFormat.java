package io.offhook.testkit.freeswitch;

/** The two event formats that a connection can ask for with {@code event plain} and {@code event json}. */
public enum EventFormat {
    PLAIN("plain"), JSON("json");

    private final String word;

    EventFormat(String word) {
        this.word = word;
    }

    /** The word of the {@code event} command and of the content type. */
    public String word() {
        return word;
    }
}

package io.offhook.ingestor.esl;

/**
 * What a connection logs in with.
 *
 * @param user {@code user@domain} for {@code userauth}, {@code null} for {@code auth} with the socket's own password
 */
public record EslCredentials(String user, String password) {

    String command() {
        return user == null ? "auth " + password : "userauth " + user + ":" + password;
    }

    @Override
    public String toString() {
        return user == null ? "the event socket's password" : "user " + user;
    }
}

package io.offhook.api.endpoint;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

import io.offhook.api.input.Fields;

/** The field {@code url}: an absolute http or https URL whose addresses webhooks may go to. */
final class UrlField {

    private static final String NAME = "url";
    private static final int MAX = 2048;
    private static final String ALLOWED = "an absolute http or https URL of at most " + MAX + " characters";

    private UrlField() {}

    /** @return {@code null} when it is missing or wrong, which the errors say then */
    static URI read(Fields fields) {
        String text = fields.text(NAME, 1, MAX, null);
        if (text == null) {
            if (!fields.has(NAME)) {
                fields.errors().add(NAME, "missing (expected: " + ALLOWED + ")");
            }
            return null;
        }
        URI url;
        try {
            url = new URI(text);
        } catch (URISyntaxException e) {
            fields.refuse(NAME, ALLOWED + "; " + e.getReason());
            return null;
        }
        Optional<String> wrong = wrongPart(url);
        wrong.ifPresent(why -> fields.errors().add(NAME, why));
        return wrong.isEmpty() ? url : null;
    }

    private static Optional<String> wrongPart(URI url) {
        String scheme = String.valueOf(url.getScheme());
        if (!scheme.equalsIgnoreCase("http") && !scheme.equalsIgnoreCase("https")) {
            return Optional.of("its scheme is " + scheme + " (expected: http or https)");
        }
        String authority = url.getRawAuthority();
        if (authority == null || host(url).isEmpty()) {
            return Optional.of("it has no host (expected: " + ALLOWED + ")");
        }
        if (authority.indexOf('@') >= 0) {
            // Not repeated: it may be a password.
            return Optional.of("it holds user information (expected: none; credentials belong into headers)");
        }
        if (url.getRawFragment() != null) {
            return Optional.of("it has a fragment (expected: none; a fragment is never sent)");
        }
        return Optional.empty();
    }

    /** The authority without its port. {@link URI#getHost()} does not know hosts with underscores or in other scripts. */
    static String host(URI url) {
        return url.getRawAuthority().replaceFirst(":[0-9]*$", "");
    }
}

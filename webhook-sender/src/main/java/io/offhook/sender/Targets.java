package io.offhook.sender;

import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The URLs that are sent to, taken apart once each. */
final class Targets {

    /** More than a dispatcher has endpoints as a rule, some 500 bytes each; a forgotten one is taken apart again. */
    private static final int MAX = 20_000;

    /** By the text: two URIs are equal that differ in the letters of an escape. */
    private final Map<String, Target> known = new ConcurrentHashMap<>();

    /** @throws IllegalArgumentException as {@link Target#parse} */
    Target of(URI url) {
        Target target = known.get(url.toString());
        if (target == null) {
            target = Target.parse(url);
            if (known.size() >= MAX) {
                known.clear();
            }
            known.put(url.toString(), target);
        }
        return target;
    }
}

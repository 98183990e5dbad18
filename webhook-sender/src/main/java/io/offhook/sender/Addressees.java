package io.offhook.sender;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import io.offhook.model.Endpoint;

/** The endpoints that are sent to: their URLs taken apart and what their requests have in common written down, once each. */
final class Addressees {

    /** More than a dispatcher has endpoints as a rule, a KiB each; a forgotten one is prepared again. */
    private static final int MAX = 20_000;

    /** An endpoint as it was when it was prepared: one that was changed is another object. */
    private record Known(Endpoint endpoint, Addressee addressee) {}

    private final RequestHeads heads;
    private final Map<UUID, Known> known = new ConcurrentHashMap<>();

    Addressees(RequestHeads heads) {
        this.heads = heads;
    }

    /** @throws IllegalArgumentException as {@link Target#parse} */
    Addressee of(Endpoint endpoint) {
        Known found = known.get(endpoint.id());
        if (found != null && found.endpoint() == endpoint) {
            return found.addressee();
        }
        Target target = Target.parse(endpoint.url());
        var addressee = new Addressee(target, heads.common(endpoint, target));
        if (known.size() >= MAX) {
            known.clear();
        }
        known.put(endpoint.id(), new Known(endpoint, addressee));
        return addressee;
    }

    /** @param head the request line and the headers that all requests to the endpoint share; never changed */
    record Addressee(Target target, byte[] head) {}
}

package io.offhook.sender;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps webhooks out of the networks that Offhook itself runs in: whoever may register an endpoint chooses where Offhook connects
 * (server-side request forgery). A URL is judged by the addresses it means, when it is registered and again at each send, and the
 * addresses judged are the ones connected to.
 */
public final class EgressGuard {

    /** Addresses of one answer that are tried at most; a name server may send hundreds. */
    private static final int MAX_ADDRESSES = 8;

    /** Addresses judged before; beyond it all are forgotten. */
    private static final int MAX_JUDGED = 20_000;

    private final AddressPolicy policy;
    private final AddressResolver resolver;
    /** The policy never changes, and to go through its blocks for each request would show. */
    private final Map<InetAddress, Optional<String>> judged = new ConcurrentHashMap<>();

    /**
     * @param allowedCidrs comma-separated blocks that are allowed although they are not global unicast, such as
     *        {@code 127.0.0.0/8,10.0.0.0/8}; empty for none
     * @throws IllegalArgumentException when one is not a block, naming it and what is allowed
     */
    public EgressGuard(String allowedCidrs, AddressResolver resolver) {
        this.policy = new AddressPolicy(CidrBlock.parseList(allowedCidrs));
        this.resolver = Objects.requireNonNull(resolver, "resolver");
    }

    /**
     * Why an endpoint may not have this URL, in words for its user; empty when it may. A name that does not resolve is accepted: it is
     * judged at each send. May block for 5 s.
     */
    public Optional<String> refusal(URI url) {
        try {
            Target target = Target.parse(url);
            return switch (addressesOf(target).join()) {
                case Resolution.Found(var addresses) -> addresses.stream()
                        .flatMap(address -> judge(address).stream())
                        .findFirst()
                        .map(why -> target.literal().isPresent() ? why : target.host() + " resolves to " + why);
                case Resolution.NotFound _ -> Optional.empty();
            };
        } catch (IllegalArgumentException e) {
            return Optional.of(e.getMessage());
        }
    }

    /** Where a request to the target may connect now. Never completes exceptionally. */
    CompletableFuture<Egress> check(Target target) {
        return addressesOf(target).thenApply(resolution -> switch (resolution) {
            case Resolution.Found(var addresses) -> filtered(addresses);
            case Resolution.NotFound(var reason) -> new Egress.Unresolved(reason);
        });
    }

    private CompletableFuture<Resolution> addressesOf(Target target) {
        return target.literal()
                .<CompletableFuture<Resolution>>map(
                        address -> CompletableFuture.completedFuture(new Resolution.Found(List.of(address))))
                .orElseGet(() -> resolver.resolve(target.host()));
    }

    private Optional<String> judge(InetAddress address) {
        if (address instanceof Inet6Address v6 && v6.getScopeId() != 0) {
            // Equal to the address without its zone, and judged otherwise.
            return policy.refusal(address);
        }
        Optional<String> known = judged.get(address);
        if (known == null) {
            known = policy.refusal(address);
            if (judged.size() >= MAX_JUDGED) {
                judged.clear();
            }
            judged.put(address, known);
        }
        return known;
    }

    private Egress filtered(List<InetAddress> addresses) {
        var passed = new ArrayList<InetAddress>();
        String refusal = "";
        for (InetAddress address : addresses) {
            Optional<String> why = judge(address);
            if (why.isEmpty()) {
                passed.add(address);
            } else {
                refusal = why.get();
            }
        }
        return passed.isEmpty()
                ? new Egress.Blocked(refusal)
                : new Egress.Allowed(passed.subList(0, Math.min(passed.size(), MAX_ADDRESSES)));
    }

    /** The guard's answer for one request. */
    sealed interface Egress {

        /** @param addresses at least one, the only ones that may be connected to */
        record Allowed(List<InetAddress> addresses) implements Egress {

            public Allowed {
                addresses = List.copyOf(addresses);
            }
        }

        record Blocked(String detail) implements Egress {}

        record Unresolved(String detail) implements Egress {}
    }
}

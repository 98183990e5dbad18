package io.offhook.testkit.receiver;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.netty.handler.codec.http.HttpRequest;

/** What all connections of a receiver share: chooses the answer, then writes the ledger. */
final class Reception {
    private final Behaviours behaviours;
    private final Ledger ledger;
    private final Consumer<Received> listener;
    private final InstantSource clock;

    Reception(Behaviours behaviours, Ledger ledger, Consumer<Received> listener, InstantSource clock) {
        this.behaviours = behaviours;
        this.ledger = ledger;
        this.listener = listener;
        this.clock = clock;
    }

    /** Takes a request down and says how to answer it. The ledger has it before the client sees the answer. */
    Answer receive(HttpRequest request, byte[] body, long connection) {
        Received received = new Received(System.nanoTime(), clock.instant(), connection, request.method().name(),
                request.uri(), headersOf(request), body, "");
        Answer answer = choose(request, received);
        Received entry = received.answered(answer.label());
        ledger.add(entry);
        listener.accept(entry);
        return answer;
    }

    boolean resetsEarly(HttpRequest request) {
        return request.decoderResult().isSuccess() && behaviours.resetsEarly(request.uri());
    }

    private Answer choose(HttpRequest request, Received received) {
        if (!request.decoderResult().isSuccess()) {
            return Answer.status(400);
        }
        try {
            return behaviours.choose(received);
        } catch (RuntimeException e) {
            // A behaviour that a test wrote failed: the client and the ledger see a 500 with the reason.
            String reason = "the behaviour failed: " + e;
            return new Answer.Response(500, Map.of(), reason.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static List<Received.Header> headersOf(HttpRequest request) {
        List<Received.Header> headers = new ArrayList<>(request.headers().size());
        request.headers().iteratorAsString()
                .forEachRemaining(header -> headers.add(new Received.Header(header.getKey(), header.getValue())));
        return headers;
    }
}

package io.offhook.chaos;

import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

import io.offhook.chaos.DeliveryAudit.Receipt;
import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import io.offhook.model.Endpoint;
import io.offhook.testkit.receiver.Answer;
import io.offhook.testkit.receiver.Ledger;
import io.offhook.testkit.receiver.Received;
import io.offhook.testkit.receiver.WebhookReceiver;
import io.offhook.testkit.receiver.WebhookSignature;

/** An endpoint as it is registered, and the receiver behind it, which takes down what it is sent and can be made to fail. */
final class EndpointUnderTest implements AutoCloseable {

    static final String SECRET = "whsec_" + Base64.getEncoder().encodeToString(new byte[32]);
    private static final String PATH = "/hook";
    /** To connect, and again for the request: no machine is so loaded that a healthy receiver takes so long. */
    static final int PATIENT_SEC = 15;
    /** What a killed dispatcher had claimed of its rows goes on after three times twice this and 10 s: with the patient's, 100 s. */
    static final int HASTY_SEC = 5;
    /** At a receiver that takes 300 ms so many make 213 requests a second; the load is 81 at most. */
    private static final int MAX_IN_FLIGHT = 64;

    private final String name;
    private final WebhookReceiver receiver;
    private final Endpoint endpoint;
    private final WebhookSignature signature = new WebhookSignature(SECRET);
    private final Queue<Receipt> receipts = new ConcurrentLinkedQueue<>();
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();
    private volatile Function<Received, Answer> usual = _ -> Answer.ok();
    /** {@code null} while it does what it always does. */
    private volatile Answer failure;
    private volatile boolean disturbed;

    /**
     * @param timeoutSec to connect, and again for the request
     * @param tenant {@code null} for the events of all
     */
    EndpointUnderTest(String name, int timeoutSec, String tenant, Set<CallAction> events,
            Set<CallDirection> directions) {
        this.name = name;
        this.receiver = WebhookReceiver.builder().detail(Ledger.Detail.COUNTS).listener(this::onWebhook).start()
                .on(PATH, this::answer);
        this.endpoint = new Endpoint(UUID.randomUUID(), tenant, receiver.url(PATH), timeoutSec, timeoutSec, events,
                directions, Map.of(), MAX_IN_FLIGHT, null, true);
    }

    String name() {
        return name;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    private void onWebhook(Received webhook) {
        receipts.add(new Receipt(webhook.webhookId(), webhook.arrivedAt().toEpochMilli(), webhook.accepted(),
                signature.check(webhook) == WebhookSignature.Verdict.VERIFIED, Arrays.hashCode(webhook.body())));
        if (webhook.accepted()) {
            accepted.add(webhook.webhookId());
        }
    }

    private Answer answer(Received webhook) {
        Answer wrong = failure;
        return wrong == null ? usual.apply(webhook) : wrong;
    }

    /** What it does while nothing is wrong with it; 200 at once unless told otherwise. */
    EndpointUnderTest answering(Function<Received, Answer> behaviour) {
        usual = behaviour;
        return this;
    }

    /** Something is wrong with it from now on, until {@link #recover}. */
    void fail(Answer answer) {
        disturbed = true;
        failure = answer;
    }

    /** Refuses connections and ends those that there are, until {@link #recover}. */
    void goDown() {
        disturbed = true;
        receiver.down();
    }

    void recover() {
        failure = null;
        receiver.up();
    }

    /** Fails now and then all the time: its deliveries are not timed. */
    EndpointUnderTest markDisturbed() {
        disturbed = true;
        return this;
    }

    /** What it has received so far. */
    DeliveryAudit.Account account() {
        return new DeliveryAudit.Account(name, endpoint, List.copyOf(receipts), disturbed);
    }

    boolean hasAll(Collection<String> eventIds) {
        return accepted.containsAll(eventIds);
    }

    @Override
    public void close() {
        receiver.close();
    }
}

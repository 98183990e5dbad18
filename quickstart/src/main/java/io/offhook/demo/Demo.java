package io.offhook.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;

import io.offhook.testkit.freeswitch.CallLoad;
import io.offhook.testkit.freeswitch.SimulatedFreeSwitch;
import io.offhook.testkit.freeswitch.SwitchOptions;
import io.offhook.testkit.receiver.Answer;
import io.offhook.testkit.receiver.Ledger;
import io.offhook.testkit.receiver.PrintableText;
import io.offhook.testkit.receiver.Received;
import io.offhook.testkit.receiver.WebhookReceiver;
import io.offhook.testkit.receiver.WebhookSignature;

/** A simulated FreeSWITCH, a receiver, and the ledger between them. */
final class Demo implements AutoCloseable {

    private static final String EVERYWHERE = "0.0.0.0";
    /** Above it, calls per second, nobody could read along. */
    private static final double PRINTED_UP_TO = 2;
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Duration CALLS_END_WITHIN = Duration.ofMinutes(1);

    private final SimulatedFreeSwitch freeSwitch;
    private final WebhookReceiver receiver;
    private final WebhookSignature signature;
    private final DemoLedgerFile file;
    private final DemoLedger ledger;
    private final PrintStream out;
    private volatile int status = 200;
    private volatile double rate;

    Demo(DemoOptions options, String password, String secret, PrintStream out) throws IOException {
        this.out = out;
        this.signature = new WebhookSignature(secret);
        this.file = new DemoLedgerFile(options.directory());
        this.ledger = DemoLedger.of(file.read());
        // Another seed each time: the uuids of an earlier start are in the topic.
        this.freeSwitch = SimulatedFreeSwitch.start(SwitchOptions.defaults().withBindAddress(EVERYWHERE)
                .withPort(options.freeSwitchPort()).withPassword(password).withSwitchname("fs-sim")
                .withSeed(System.nanoTime()));
        this.receiver = WebhookReceiver.builder().bindAddress(EVERYWHERE).port(options.receiverPort())
                .detail(Ledger.Detail.COUNTS).otherwise(_ -> Answer.status(status)).listener(this::onWebhook).start();
    }

    private void onWebhook(Received webhook) {
        ledger.received(Receipt.of(webhook, signature));
        if (rate <= PRINTED_UP_TO) {
            out.println(PrintableText.of(webhook.target() + " id=" + webhook.webhookId() + " attempt="
                    + webhook.attempt() + " -> " + webhook.answer() + " " + webhook.bodyText()));
        }
    }

    /** What the receiver answers from now on. */
    void answerWith(int newStatus) {
        status = newStatus;
    }

    /** So many from now on, none at 0; those that are up go on. */
    void placeCalls(double perSecond) {
        rate = perSecond;
        if (perSecond == 0) {
            freeSwitch.stopGenerating();
        } else {
            freeSwitch.generate(CallLoad.ofRate(perSecond).withRing(Duration.ofMillis(200), Duration.ofSeconds(2))
                    .withTalk(Duration.ofSeconds(1), Duration.ofSeconds(6)));
        }
    }

    /** A call that begins and ends before anybody listens is known to nobody. */
    void awaitListener() throws InterruptedException {
        while (freeSwitch.subscribers() == 0) {
            Thread.sleep(LOOK);
        }
    }

    /** Legs that have ended go from FreeSWITCH's book, which would grow, to this one. */
    void collect() {
        freeSwitch.ledger().takeEnded().forEach(leg -> ledger.ended(Truth.of(leg)));
    }

    /** Places no more calls meanwhile, so that there is an end. */
    DemoLedger.Report audit(Duration within) throws InterruptedException {
        double before = rate;
        freeSwitch.stopGenerating();
        boolean over = freeSwitch.awaitNoCalls(CALLS_END_WITHIN);
        collect();
        long deadline = System.nanoTime() + within.toNanos();
        while (!ledger.isSettled() && System.nanoTime() - deadline < 0) {
            Thread.sleep(LOOK);
        }
        DemoLedger.Report report = ledger.report(over);
        placeCalls(before);
        return report;
    }

    /** Ends like a FreeSWITCH that is shut down: calls that are up get their hangups. What is owed is kept. */
    @Override
    public void close() throws IOException {
        freeSwitch.shutDown();
        receiver.close();
        collect();
        file.write(ledger.content());
        freeSwitch.close();
    }
}

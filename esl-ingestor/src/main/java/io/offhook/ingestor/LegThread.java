package io.offhook.ingestor;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

import io.offhook.ingestor.call.ChannelEvent;
import io.offhook.ingestor.call.ChannelEventReader;
import io.offhook.ingestor.call.LegTracker;
import io.offhook.ingestor.publish.LegsTopic;
import org.apache.kafka.common.errors.InterruptException;
import org.freeswitch.esl.client.transport.event.EslEventHeaderNames;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread that follows the legs of all nodes, since a leg can move from one node to another. */
final class LegThread {

    private static final Logger log = LoggerFactory.getLogger(LegThread.class);
    private static final long IDLE_MILLIS = 1000;

    private final BlockingQueue<NodeFeed.Heard> queue;
    private final ChannelEventReader reader;
    private final LegTracker tracker;
    private final LegsTopic legsTopic;
    private final IngestorMetrics metrics;
    private final Thread thread;
    private volatile boolean stopping;

    LegThread(BlockingQueue<NodeFeed.Heard> queue, ChannelEventReader reader, LegTracker tracker,
            LegsTopic legsTopic, IngestorMetrics metrics) {
        this.queue = queue;
        this.reader = reader;
        this.tracker = tracker;
        this.legsTopic = legsTopic;
        this.metrics = metrics;
        this.thread = Thread.ofPlatform().name("legs").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Works off what is queued, releases what is held, and ends; waits for that, {@code millis} at most. */
    void stop(long millis) throws InterruptedException {
        stopping = true;
        if (thread.getState() != Thread.State.NEW) {
            thread.join(millis);
            thread.interrupt();
        }
    }

    private void run() {
        try {
            while (!stopping || !queue.isEmpty()) {
                long now = millis();
                long wait = Math.clamp(tracker.nextReleaseMillis() - now, 0, stopping ? 0 : IDLE_MILLIS);
                NodeFeed.Heard heard = queue.poll(wait, TimeUnit.MILLISECONDS);
                if (heard == null) {
                    tracker.passTime(millis());
                } else {
                    work(heard);
                }
            }
            tracker.passTime(Long.MAX_VALUE);
        } catch (InterruptedException e) {
            log.warn("stopped with {} events unworked", queue.size());
        }
    }

    private void work(NodeFeed.Heard heard) {
        try {
            String name = heard.event().name();
            metrics.heard(heard.feed().node(), name == null ? "none" : name,
                    heard.event().number(EslEventHeaderNames.EVENT_DATE_TIMESTAMP));
            if ("HEARTBEAT".equals(name)) {
                heartbeat(heard);
            }
            ChannelEvent event = reader.read(heard.feed().node(), heard.event());
            if (event != null) {
                tracker.on(event, millis());
            }
        } catch (InterruptException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // A bug in the handling of one event must not cost the events of all other legs.
            log.error("an event of node {} could not be handled", heard.feed().node(), e);
        } finally {
            heard.feed().taken();
        }
    }

    private void heartbeat(NodeFeed.Heard heard) {
        String core = heard.event().header(EslEventHeaderNames.CORE_UUID);
        if (core != null) {
            legsTopic.heartbeat(core, heard.feed().node(),
                    heard.event().number(EslEventHeaderNames.EVENT_DATE_TIMESTAMP));
        }
    }

    private static long millis() {
        return System.nanoTime() / 1_000_000;
    }
}

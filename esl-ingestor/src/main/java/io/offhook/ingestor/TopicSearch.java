package io.offhook.ingestor;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.offhook.ingestor.call.TopicEvent;
import io.offhook.ingestor.publish.TopicEvents;
import io.offhook.ingestor.publish.TopicLookup;
import io.offhook.model.CallEventBody;
import io.offhook.model.CallEventMessage;
import io.offhook.model.NotACallEventException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the events topic about legs, beside the thread that follows them; one question at a time, about many legs at once. */
final class TopicSearch {

    private static final Logger log = LoggerFactory.getLogger(TopicSearch.class);
    private static final long AGAIN_SECONDS = 1;

    private final TopicLookup lookup;
    private final CallEventBody body = new CallEventBody();
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile Thread thread;
    private volatile boolean closed;

    TopicSearch(TopicLookup lookup) {
        this.lookup = lookup;
    }

    boolean isIdle() { return !busy.get(); }

    /**
     * Asks until there is an answer: as long as the topic cannot be read nothing may be inferred.
     *
     * @param sinceMillis append time to read from by leg uuid
     * @param answer gets what stands there by uuid; called on another thread
     */
    void ask(Map<String, Long> sinceMillis, Consumer<Map<String, List<TopicEvent>>> answer) {
        busy.set(true);
        thread = Thread.ofVirtual().name("topic-search").start(() -> {
            try {
                answer.accept(find(sinceMillis));
                // Only now: whoever stops when nothing is asked any more must have the answer in its queue by then.
                busy.set(false);
            } catch (InterruptedException e) {
                log.debug("stopped");
            }
        });
    }

    private Map<String, List<TopicEvent>> find(Map<String, Long> sinceMillis) throws InterruptedException {
        boolean complained = false;
        while (!closed) {
            try {
                var found = new HashMap<String, List<TopicEvent>>();
                lookup.find(sinceMillis).forEach((uuid, messages) -> found.put(uuid, read(messages)));
                return found;
            } catch (InterruptException e) {
                throw new InterruptedException(e.getMessage());
            } catch (RuntimeException e) {
                // Also after a bug: what waits for the answer would otherwise wait for ever.
                if (!complained) {
                    log.warn("the events topic cannot be read, trying again until it can: {}", e.toString());
                    complained = true;
                }
                TimeUnit.SECONDS.sleep(AGAIN_SECONDS);
            }
        }
        throw new InterruptedException();
    }

    private List<TopicEvent> read(List<CallEventMessage> messages) {
        return messages.stream().<TopicEvent>mapMulti((message, events) -> {
            try {
                events.accept(TopicEvents.of(message, body));
            } catch (NotACallEventException e) {
                log.debug("passed over: {}", e.getMessage());
            }
        }).toList();
    }

    /** Ends a question that is under way; its answer never comes. */
    void stop() throws InterruptedException {
        closed = true;
        Thread asking = thread;
        if (asking != null) {
            asking.interrupt();
            asking.join();
        }
        lookup.close();
    }
}

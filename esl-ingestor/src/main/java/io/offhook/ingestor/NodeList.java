package io.offhook.ingestor;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.offhook.ingestor.esl.NodeAddress;
import io.offhook.runtime.InvalidSettingException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nodes to listen to, as of now: those of the settings, those of a file that is read again and again, and the addresses of DNS
 * names that are looked up again and again. What cannot be read or looked up stays as it was last: a DNS server that is away is no
 * reason to leave a node. One thread of its own reads, looks up and tells.
 */
final class NodeList implements AutoCloseable {

    /** Called on the list's thread, first what is gone; a node whose host or port changed is both. */
    interface Listener {

        void onAdded(NodeAddress node);

        void onRemoved(NodeAddress node);
    }

    /** All addresses of a DNS name; {@link InetAddress#getAllByName}, which keeps an answer for up to 30 s itself. */
    @FunctionalInterface
    interface Resolver {

        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    private static final Logger log = LoggerFactory.getLogger(NodeList.class);
    private static final String FILE_SETTING = "offhook.freeswitch.nodes-file";

    private final List<NodeEntry> configured;
    private final NodesFile file;
    private final Resolver resolver;
    private final Listener listener;
    private final Duration interval;
    private final ScheduledExecutorService thread = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("node-list").factory());

    // Confined to the thread above, once started.
    private List<NodeEntry> inFile = List.of();
    private final Map<NodeEntry, List<NodeAddress>> pools = new HashMap<>();
    private final Map<String, String> complaints = new HashMap<>();
    private volatile Map<String, NodeAddress> current = Map.of();

    /** @throws InvalidSettingException when the list or the file is wrong: at the start there is no better one to keep */
    NodeList(FreeSwitchSettings settings, Resolver resolver, Listener listener) {
        this.configured = settings.entries();
        this.interval = settings.refresh();
        this.resolver = resolver;
        this.listener = listener;
        this.file = settings.nodesFile().isEmpty() ? null : new NodesFile(Path.of(settings.nodesFile()), configured);
        if (file != null) {
            try {
                inFile = file.read();
            } catch (NodesFile.FaultyException e) {
                throw new InvalidSettingException(FILE_SETTING, file, "a file of nodes; " + e.getMessage());
            }
        }
    }

    /** Tells of the nodes that are known without a look-up soon, of the others when they are found. */
    void start() {
        thread.scheduleWithFixedDelay(this::refreshAndGoOn, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The nodes of now, in the order of the lists. */
    List<NodeAddress> current() {
        return List.copyOf(current.values());
    }

    /** Tells nothing more once it returns from the call that is under way. */
    @Override
    public void close() {
        thread.shutdownNow();
    }

    /** An exception out of a scheduled task would end the schedule in silence. */
    private void refreshAndGoOn() {
        try {
            refresh();
        } catch (RuntimeException e) {
            log.error("the list of nodes could not be renewed, trying again", e);
        }
    }

    /** One round: the file, then each pool; each change is told as soon as it is known, since a look-up may take seconds. */
    void refresh() {
        readFile();
        List<NodeEntry> wanted = entries();
        pools.keySet().retainAll(wanted);
        publish();
        for (NodeEntry entry : wanted) {
            if (entry.pool() && lookUp(entry)) {
                publish();
            }
        }
    }

    private void readFile() {
        if (file == null) {
            return;
        }
        try {
            List<NodeEntry> read = file.read();
            if (read.isEmpty() && !inFile.isEmpty()) {
                complain(FILE_SETTING, file + ": no entries; the nodes that it had stay");
                return;
            }
            inFile = read;
            complaints.remove(FILE_SETTING);
        } catch (NodesFile.FaultyException e) {
            complain(FILE_SETTING, file + ": " + e.getMessage() + "; the nodes that it had stay");
        }
    }

    private List<NodeEntry> entries() {
        var all = new ArrayList<>(configured);
        all.addAll(inFile);
        return all;
    }

    /** @return whether the pool has other nodes now */
    private boolean lookUp(NodeEntry pool) {
        try {
            var nodes = new ArrayList<NodeAddress>();
            for (InetAddress address : resolver.addresses(pool.host())) {
                String text = address.getHostAddress();
                int zone = text.indexOf('%');
                nodes.add(pool.nodeAt(zone < 0 ? text : text.substring(0, zone)));
            }
            if (nodes.isEmpty()) {
                complain(pool.label(), pool.label() + ": " + pool.host() + " has no address; its nodes stay");
                return false;
            }
            complaints.remove(pool.label());
            List<NodeAddress> sorted = nodes.stream().distinct()
                    .sorted((a, b) -> a.name().compareTo(b.name())).toList();
            return !sorted.equals(pools.put(pool, sorted));
        } catch (UnknownHostException e) {
            complain(pool.label(), pool.label() + ": " + pool.host() + " cannot be looked up; its nodes stay");
            return false;
        }
    }

    /** The same complaint is made once, until it was mended. */
    private void complain(String about, String what) {
        if (!what.equals(complaints.put(about, what))) {
            log.warn("nodes: {}", what);
        }
    }

    private void publish() {
        var next = new LinkedHashMap<String, NodeAddress>();
        for (NodeEntry entry : entries()) {
            Collection<NodeAddress> nodes = entry.pool() ? pools.getOrDefault(entry, List.of()) : List.of(entry.node());
            nodes.forEach(node -> next.putIfAbsent(node.name(), node));
        }
        Map<String, NodeAddress> before = current;
        current = next;
        before.values().stream().filter(node -> !node.equals(next.get(node.name()))).forEach(node -> {
            log.info("node {} is no longer listed", node);
            listener.onRemoved(node);
        });
        next.values().stream().filter(node -> !node.equals(before.get(node.name()))).forEach(listener::onAdded);
    }
}

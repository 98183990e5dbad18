package io.offhook.bench.decode;

import java.util.ArrayList;
import java.util.List;

import io.offhook.ingestor.call.ChannelEvent;
import io.offhook.ingestor.call.ChannelEventReader;
import io.offhook.testkit.freeswitch.Capture;
import io.offhook.testkit.freeswitch.EventFormat;

/** Finds the frames that a client cannot decode in a stream, and those that it reads otherwise than ours. */
final class YardstickCheck {

    private final ChannelEventReader reader = new ChannelEventReader(DecodeBenchmark.TENANTS);
    private final byte[] sentinel;
    private final int[] undecodable = new int[Client.values().length];
    private final int[] different = new int[Client.values().length];

    /** @param sentinel a frame that every client decodes: it comes behind each frame, and must come out behind it */
    YardstickCheck(Capture.Frame sentinel) {
        this.sentinel = sentinel.bytes(EventFormat.PLAIN);
    }

    /** Whether all clients make one event of the frame and go on with the next. */
    boolean isDecodable(Capture.Frame frame) {
        List<ChannelEvent> ours = read(Client.OFFHOOK_PLAIN, frame);
        boolean decodable = true;
        for (Client client : List.of(Client.ESL_CLIENT, Client.FREESWITCH_ESL)) {
            List<ChannelEvent> theirs = read(client, frame);
            if (theirs.size() != 2) {
                undecodable[client.ordinal()]++;
                decodable = false;
            } else if (!theirs.equals(ours)) {
                different[client.ordinal()]++;
            }
        }
        return decodable;
    }

    int undecodable(Client client) {
        return undecodable[client.ordinal()];
    }

    int different(Client client) {
        return different[client.ordinal()];
    }

    private List<ChannelEvent> read(Client client, Capture.Frame frame) {
        var read = new ArrayList<ChannelEvent>();
        EventDecoder decoder = client.open(event -> read.add(reader.read("fs1", event)));
        byte[] bytes = frame.bytes(EventFormat.PLAIN);
        byte[] both = new byte[bytes.length + sentinel.length];
        System.arraycopy(bytes, 0, both, 0, bytes.length);
        System.arraycopy(sentinel, 0, both, bytes.length, sentinel.length);
        try {
            decoder.feed(both, 0, both.length);
        } catch (RuntimeException e) {
            // The client cannot decode it: what it made of it until then is counted.
        }
        return read;
    }
}

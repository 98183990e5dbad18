package io.offhook.bench.ingestor;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.offhook.testkit.freeswitch.Capture;
import io.offhook.testkit.freeswitch.Captures;
import io.offhook.testkit.freeswitch.EventFormat;

/**
 * A bridged call of a real FreeSWITCH (two legs, answered after 1 s, ended 2 s later), to be replayed as any number of calls: the
 * bytes of its JSON frames with places for uuids and times, all of one length. What was sent within 100 ms is one stage, sent at once.
 */
public final class CallScript {

    /** Tokens of a stage: the legs, the core, then the time of each stage. */
    private static final int LEG_A = 0;
    private static final int LEG_B = 1;
    private static final int CORE = 2;
    private static final int TIMES = 3;

    public static final int LEGS = 2;
    private static final String CAPTURE = "s02_bridge_a_hangs_up";
    private static final long STAGE_GAP_MICROS = 100_000;
    /** Microseconds since the epoch have sixteen digits until the year 2286. */
    private static final Pattern TIME = Pattern.compile("(?<![0-9])17[0-9]{14}(?![0-9])");

    private record Place(int at, int token) {}

    private record Stage(long offsetMicros, int events, byte[] bytes, List<Place> places) {}

    private final List<Stage> stages;

    private CallScript(List<Stage> stages) {
        this.stages = List.copyOf(stages);
    }

    public static CallScript of(EventTypes types) {
        List<Capture.Frame> frames = Captures.open(CAPTURE).frames().stream()
                .filter(frame -> frame.event() != null && types.has(frame.event().name())).toList();
        var tokens = new TreeMap<String, Integer>();
        for (Capture.Frame frame : frames) {
            boolean inbound = frame.event().text("Call-Direction").equals("inbound");
            tokens.put(frame.event().text("Unique-ID"), inbound ? LEG_A : LEG_B);
            tokens.put(frame.event().text("Core-UUID"), CORE);
        }
        List<Long> begins = stageBegins(frames);
        var stages = new ArrayList<Stage>();
        for (int i = 0; i < begins.size(); i++) {
            int stage = i;
            List<Capture.Frame> own = frames.stream().filter(
                    frame -> stageOf(begins, Long.parseLong(frame.event().text("Event-Date-Timestamp"))) == stage)
                    .toList();
            stages.add(stage(own, begins.get(i) - begins.getFirst(), tokens, begins));
        }
        return new CallScript(stages);
    }

    private static List<Long> stageBegins(List<Capture.Frame> frames) {
        List<Long> times = frames.stream()
                .map(frame -> Long.valueOf(frame.event().text("Event-Date-Timestamp"))).sorted().toList();
        var begins = new ArrayList<Long>();
        long before = 0;
        for (long time : times) {
            if (time - before > STAGE_GAP_MICROS) {
                begins.add(time);
            }
            before = time;
        }
        return begins;
    }

    /** The last stage that had begun then, with what was a little earlier than its first event counted to it. */
    private static int stageOf(List<Long> begins, long time) {
        int stage = 0;
        while (stage + 1 < begins.size() && begins.get(stage + 1) - STAGE_GAP_MICROS <= time) {
            stage++;
        }
        return stage;
    }

    private static Stage stage(List<Capture.Frame> frames, long offset, TreeMap<String, Integer> tokens,
            List<Long> begins) {
        var bytes = new ByteArrayOutputStream();
        frames.forEach(frame -> bytes.writeBytes(frame.bytes(EventFormat.JSON)));
        // One char a byte, so that places in the text are places in the bytes.
        String text = bytes.toString(StandardCharsets.ISO_8859_1);
        var places = new ArrayList<Place>();
        tokens.forEach((word, token) -> {
            for (int at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
                places.add(new Place(at, token));
            }
        });
        Matcher times = TIME.matcher(text);
        while (times.find()) {
            places.add(new Place(times.start(), TIMES + stageOf(begins, Long.parseLong(times.group()))));
        }
        return new Stage(offset, frames.size(), bytes.toByteArray(), places);
    }

    int stages() {
        return stages.size();
    }

    /** When the stage is sent, in nanoseconds since the call's begin. */
    long offsetNanos(int stage) {
        return stages.get(stage).offsetMicros * 1000;
    }

    int events(int stage) {
        return stages.get(stage).events;
    }

    int events() {
        return stages.stream().mapToInt(Stage::events).sum();
    }

    int bytes(int stage) {
        return stages.get(stage).bytes.length;
    }

    int bytes() {
        return stages.stream().mapToInt(stage -> stage.bytes.length).sum();
    }

    /**
     * Appends a stage of one call to {@code out}, which has an array.
     *
     * @param times when each stage was sent, microseconds since the epoch, from {@code timesAt} on
     */
    void write(ByteBuffer out, int stage, byte[] core, byte[] legA, byte[] legB, long[] times, int timesAt) {
        Stage wanted = stages.get(stage);
        int at = out.arrayOffset() + out.position();
        out.put(wanted.bytes);
        byte[][] sent = new byte[stage + 1][];
        for (int i = 0; i <= stage; i++) {
            sent[i] = Long.toString(times[timesAt + i]).getBytes(StandardCharsets.ISO_8859_1);
        }
        for (Place place : wanted.places) {
            byte[] token = switch (place.token) {
                case LEG_A -> legA;
                case LEG_B -> legB;
                case CORE -> core;
                default -> sent[place.token - TIMES];
            };
            System.arraycopy(token, 0, out.array(), at + place.at, token.length);
        }
    }
}

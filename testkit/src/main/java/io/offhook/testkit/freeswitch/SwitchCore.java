package io.offhook.testkit.freeswitch;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the events of one running FreeSWITCH have in common: its Core-UUID, name, clock and Event-Sequence. {@link #restart()} makes
 * a new core of it, as a restarted process is.
 */
final class SwitchCore {
    static final String VERSION = "1.10.12-release+git~20240802T210227Z~a88d069d6f~64bit";
    private static final DateTimeFormatter LOCAL = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss")
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter GMT = DateTimeFormatter
            .ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final SwitchOptions options;
    private final SplittableRandom random;
    private volatile Life life;
    private volatile long steppedMicros;
    private volatile long steppedBackMicros;
    private volatile Stamps stamps = new Stamps(-1, "", "");

    SwitchCore(SwitchOptions options) {
        this.options = options;
        // The name goes in too: two switches with one seed must not place calls with the same uuids.
        this.random = new SplittableRandom(options.seed() * 31 + options.switchname().hashCode());
        restart();
    }

    /** One life of the core, from start to end of the process. */
    private record Life(String uuid, String switchname, long startedMicros, AtomicLong sequence, AtomicLong sessions) {}

    private record Stamps(long second, String local, String gmt) {}

    void restart() {
        steppedBackMicros = 0;
        life = new Life(newUuid(), options.switchname(), steadyMicros(), new AtomicLong(), new AtomicLong());
    }

    /** Takes over the identity of a captured core, so that what this switch says beside the capture fits to it. */
    void adopt(EventData captured) {
        Life current = life;
        String uuid = captured.text("Core-UUID");
        if (!uuid.isEmpty() && !uuid.equals(current.uuid)) {
            current = new Life(uuid, captured.text("FreeSWITCH-Switchname"), current.startedMicros, new AtomicLong(),
                    current.sessions);
            life = current;
        }
        String sequence = captured.text("Event-Sequence");
        if (!sequence.isEmpty()) {
            current.sequence.accumulateAndGet(Long.parseLong(sequence), Math::max);
        }
    }

    /** Takes over the identity of a captured core, its sequence where that is known, and how many legs it had created by then. */
    void stand(CapturedStand stand) {
        EventData identity = stand.identity();
        adopt(stand.dumps().isEmpty() ? identity.edit().set("Event-Sequence", "").build() : identity);
        life.sessions.accumulateAndGet(stand.sessions(), Math::max);
    }

    String uuid() {
        return life.uuid;
    }

    String switchname() {
        return life.switchname;
    }

    long nextSequence() {
        return life.sequence.incrementAndGet();
    }

    /** Counts a new session (leg) and returns its number since the start. */
    long newSession() {
        return life.sessions.incrementAndGet();
    }

    long sessionsSinceStart() {
        return life.sessions.get();
    }

    long uptimeMicros() {
        // Each step back makes the uptime longer by as much, and none shorter (t01, t03).
        return steadyMicros() - life.startedMicros + steppedBackMicros;
    }

    long nowMicros() {
        return steadyMicros() + steppedMicros;
    }

    void stepClock(long micros) {
        steppedMicros += micros;
        steppedBackMicros += Math.max(0, -micros);
    }

    private long steadyMicros() {
        Instant now = options.clock().instant();
        return Math.addExact(Math.multiplyExact(now.getEpochSecond(), 1_000_000L), now.getNano() / 1_000);
    }

    String newUuid() {
        long high;
        long low;
        synchronized (random) {
            high = random.nextLong();
            low = random.nextLong();
        }
        return new UUID(high & ~0xF000L | 0x4000L, low & 0x3FFFFFFFFFFFFFFFL | 0x8000000000000000L).toString();
    }

    /** Local time of the host (here UTC) without a zone, as in {@code Event-Date-Local} and {@code variable_*_stamp}. */
    String local(long micros) {
        return stamps(micros).local;
    }

    /** {@code Event-Date-GMT}. */
    String gmt(long micros) {
        return stamps(micros).gmt;
    }

    /** Nearly all events of a second ask for the same text: keep the last one. */
    private Stamps stamps(long micros) {
        long second = Math.floorDiv(micros, 1_000_000L);
        Stamps cached = stamps;
        if (cached.second != second) {
            Instant instant = Instant.ofEpochSecond(second);
            cached = new Stamps(second, LOCAL.format(instant), GMT.format(instant));
            stamps = cached;
        }
        return cached;
    }

    /** Begins an event of now with the 13 headers that every event has. */
    EventData.Editor event(String name, String file, String function, int line) {
        return stamp(EventData.blank().set("Event-Name", name), nowMicros(), file, function, line);
    }

    /** Writes identity, time, origin and a fresh sequence into an event, in place where it has these headers already. */
    EventData.Editor stamp(EventData.Editor event, long micros, String file, String function, int line) {
        return event.set("Core-UUID", uuid()).set("FreeSWITCH-Hostname", switchname())
                .set("FreeSWITCH-Switchname", switchname())
                .set("FreeSWITCH-IPv4", "192.0.2.2").set("FreeSWITCH-IPv6", "fd00::2")
                .set("Event-Date-Local", local(micros))
                .set("Event-Date-GMT", gmt(micros)).set("Event-Date-Timestamp", Long.toString(micros))
                .set("Event-Calling-File", file).set("Event-Calling-Function", function)
                .set("Event-Calling-Line-Number", Integer.toString(line))
                .set("Event-Sequence", Long.toString(nextSequence()));
    }

    /** Uptime as {@code status} and {@code HEARTBEAT} spell it. */
    String uptimeText() {
        long micros = uptimeMicros();
        long seconds = micros / 1_000_000;
        return counted(seconds / 31_536_000, "year") + ", " + counted(seconds / 86_400 % 365, "day") + ", "
                + counted(seconds / 3600 % 24, "hour") + ", " + counted(seconds / 60 % 60, "minute") + ", "
                + counted(seconds % 60, "second") + ", " + counted(micros / 1000 % 1000, "millisecond") + ", "
                + counted(micros % 1000, "microsecond");
    }

    private static String counted(long count, String unit) {
        return count + " " + unit + (count == 1 ? "" : "s");
    }
}

package io.offhook.testkit.freeswitch;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Settings of a {@link SimulatedFreeSwitch}; start from {@link #defaults()} and change with the {@code with} methods.
 *
 * @param bindAddress       address to listen on
 * @param port              TCP port, 0 = any free one
 * @param password          password of the {@code auth} command
 * @param users             users of the {@code userauth} command
 * @param deniedAddresses   source addresses that are turned away with text/rude-rejection
 * @param heartbeat         time between two HEARTBEAT events, more than 0
 * @param authTimeout       how long a client may stay without authentication (FreeSWITCH: 25 s)
 * @param switchname        {@code FreeSWITCH-Switchname} and {@code FreeSWITCH-Hostname}
 * @param seed              seed of every random choice: uuids, numbers, times, chunk sizes
 * @param clock             source of all time stamps
 * @param queueLength       events that wait for one client at most (FreeSWITCH: MAX_QUEUE_LEN 100000)
 * @param maxMissed         events that may be lost in a row before the client is thrown out (FreeSWITCH: MAX_MISSED 500)
 * @param sendBuffer        bytes of SO_SNDBUF, 0 = the system's default; small values make a stalled client show soon
 * @param maxClients        connections at once, further ones are closed at accept
 * @param showChannelsDelay how far {@code show channels} lags behind (the real one reads an asynchronous database: 100 to 500 ms)
 * @param cdr               how mod_json_cdr reports each leg, empty = not loaded
 */
public record SwitchOptions(String bindAddress, int port, String password, List<EslUser> users,
        Set<String> deniedAddresses,
        Duration heartbeat, Duration authTimeout, String switchname, long seed, Clock clock, int queueLength,
        int maxMissed,
        int sendBuffer, int maxClients, Duration showChannelsDelay, Optional<CdrOptions> cdr) {

    public SwitchOptions {
        users = List.copyOf(users);
        deniedAddresses = Set.copyOf(deniedAddresses);
        check("port", port, port >= 0 && port <= 65535, "0 to 65535");
        check("heartbeat", heartbeat, heartbeat.isPositive(), "more than 0");
        check("authTimeout", authTimeout, authTimeout.isPositive(), "more than 0");
        check("queueLength", queueLength, queueLength > 0, "1 or more");
        check("maxMissed", maxMissed, maxMissed >= 0, "0 or more");
        check("sendBuffer", sendBuffer, sendBuffer >= 0, "0 or more bytes");
        check("maxClients", maxClients, maxClients > 0, "1 or more");
    }

    /** 127.0.0.1, any port, password ClueCon, heartbeat 20 s, and the bounds of FreeSWITCH. */
    public static SwitchOptions defaults() {
        return new SwitchOptions("127.0.0.1", 0, "ClueCon", List.of(), Set.of(), Duration.ofSeconds(20),
                Duration.ofSeconds(25),
                "fs-sim", 1, Clock.systemUTC(), 100_000, 500, 0, 64, Duration.ofMillis(200), Optional.empty());
    }

    public SwitchOptions withBindAddress(String value) {
        return new SwitchOptions(value, port, password, users, deniedAddresses, heartbeat, authTimeout, switchname,
                seed, clock,
                queueLength, maxMissed, sendBuffer, maxClients, showChannelsDelay, cdr);
    }

    public SwitchOptions withPort(int value) {
        return new SwitchOptions(bindAddress, value, password, users, deniedAddresses, heartbeat, authTimeout,
                switchname, seed,
                clock, queueLength, maxMissed, sendBuffer, maxClients, showChannelsDelay, cdr);
    }

    public SwitchOptions withPassword(String value) {
        return new SwitchOptions(bindAddress, port, value, users, deniedAddresses, heartbeat, authTimeout, switchname,
                seed, clock,
                queueLength, maxMissed, sendBuffer, maxClients, showChannelsDelay, cdr);
    }

    public SwitchOptions withUsers(List<EslUser> value) {
        return new SwitchOptions(bindAddress, port, password, value, deniedAddresses, heartbeat, authTimeout,
                switchname, seed,
                clock, queueLength, maxMissed, sendBuffer, maxClients, showChannelsDelay, cdr);
    }

    public SwitchOptions withDeniedAddresses(Set<String> value) {
        return new SwitchOptions(bindAddress, port, password, users, value, heartbeat, authTimeout, switchname, seed,
                clock,
                queueLength, maxMissed, sendBuffer, maxClients, showChannelsDelay, cdr);
    }

    public SwitchOptions withHeartbeat(Duration value) {
        return new SwitchOptions(bindAddress, port, password, users, deniedAddresses, value, authTimeout, switchname,
                seed, clock,
                queueLength, maxMissed, sendBuffer, maxClients, showChannelsDelay, cdr);
    }

    public SwitchOptions withAuthTimeout(Duration value) {
        return new SwitchOptions(bindAddress, port, password, users, deniedAddresses, heartbeat, value, switchname,
                seed, clock,
                queueLength, maxMissed, sendBuffer, maxClients, showChannelsDelay, cdr);
    }

    public SwitchOptions withSwitchname(String value) {
        return new SwitchOptions(bindAddress, port, password, users, deniedAddresses, heartbeat, authTimeout, value,
                seed, clock,
                queueLength, maxMissed, sendBuffer, maxClients, showChannelsDelay, cdr);
    }

    public SwitchOptions withSeed(long value) {
        return new SwitchOptions(bindAddress, port, password, users, deniedAddresses, heartbeat, authTimeout,
                switchname, value,
                clock, queueLength, maxMissed, sendBuffer, maxClients, showChannelsDelay, cdr);
    }

    public SwitchOptions withClock(Clock value) {
        return new SwitchOptions(bindAddress, port, password, users, deniedAddresses, heartbeat, authTimeout,
                switchname, seed,
                value, queueLength, maxMissed, sendBuffer, maxClients, showChannelsDelay, cdr);
    }

    /** Bounds of one client's queue; {@code sendBuffer} 0 = the system's default. */
    public SwitchOptions withQueue(int length, int missed, int sendBufferBytes) {
        return new SwitchOptions(bindAddress, port, password, users, deniedAddresses, heartbeat, authTimeout,
                switchname, seed,
                clock, length, missed, sendBufferBytes, maxClients, showChannelsDelay, cdr);
    }

    public SwitchOptions withMaxClients(int value) {
        return new SwitchOptions(bindAddress, port, password, users, deniedAddresses, heartbeat, authTimeout,
                switchname, seed,
                clock, queueLength, maxMissed, sendBuffer, value, showChannelsDelay, cdr);
    }

    public SwitchOptions withShowChannelsDelay(Duration value) {
        return new SwitchOptions(bindAddress, port, password, users, deniedAddresses, heartbeat, authTimeout,
                switchname, seed,
                clock, queueLength, maxMissed, sendBuffer, maxClients, value, cdr);
    }

    /** Loads mod_json_cdr. */
    public SwitchOptions withCdr(CdrOptions value) {
        return new SwitchOptions(bindAddress, port, password, users, deniedAddresses, heartbeat, authTimeout,
                switchname, seed,
                clock, queueLength, maxMissed, sendBuffer, maxClients, showChannelsDelay, Optional.of(value));
    }

    private static void check(String name, Object value, boolean valid, String expected) {
        if (!valid) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
        }
    }
}

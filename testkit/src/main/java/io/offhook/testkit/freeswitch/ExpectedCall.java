package io.offhook.testkit.freeswitch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The call events that a captured scenario must yield, derived from its written timeline alone: originate from CHANNEL_CREATE of an
 * inbound leg and CHANNEL_ORIGINATE of an outbound one, answer from CHANNEL_ANSWER, hangup from CHANNEL_HANGUP_COMPLETE, the identity
 * being that of the originate.
 *
 * @param atMicros the start, the answer or the end
 * @param answeredMicros 0 when never answered
 * @param hangupCause empty but on a hangup
 */
public record ExpectedCall(String uuid, String action, String calleeNumber, String callerIdNumber, String ani,
        String direction,
        long atMicros, long startedMicros, long answeredMicros, String hangupCause) {

    /** By leg, in the order of each leg's events. Legs that were never calls, and those of the loopback endpoint, are not in it. */
    public static Map<String, List<ExpectedCall>> of(String capture) {
        CaptureTruth truth = CaptureTruth.of(capture);
        Set<String> loopback = Set.copyOf(Captures.open(capture).events().stream()
                .filter(event -> event.text("Channel-Name").startsWith("loopback/"))
                .map(event -> event.text("Unique-ID")).toList());
        Map<String, List<ExpectedCall>> calls = new LinkedHashMap<>();
        Map<String, CaptureTruth.Line> begun = new LinkedHashMap<>();
        for (CaptureTruth.Line line : truth.events()) {
            boolean outbound = line.direction().equals("outbound");
            boolean begins = line.name().equals(outbound ? "CHANNEL_ORIGINATE" : "CHANNEL_CREATE");
            if (loopback.contains(line.uuid()) || begins && begun.putIfAbsent(line.uuid(), line) != null) {
                continue;
            }
            CaptureTruth.Line begin = begun.get(line.uuid());
            String action = begins ? "originate" : switch (line.name()) {
                case "CHANNEL_ANSWER" -> "answer";
                case "CHANNEL_HANGUP_COMPLETE" -> "hangup";
                default -> null;
            };
            if (begin != null && action != null) {
                calls.computeIfAbsent(line.uuid(), _ -> new ArrayList<>()).add(expected(action, begin, line));
            }
        }
        return calls;
    }

    static ExpectedCall expected(String action, CaptureTruth.Line begin, CaptureTruth.Line line) {
        long at = switch (action) {
            case "originate" -> begin.createdMicros();
            case "answer" -> line.answeredMicros();
            default -> line.hangupMicros();
        };
        return new ExpectedCall(line.uuid(), action, begin.dest(), begin.cid(), begin.ani(), begin.direction(), at,
                begin.createdMicros(), line.answeredMicros(), action.equals("hangup") ? line.hangupCause() : "");
    }

    /** Captures of one connection that nothing broke: no gap, no second core, no second node. */
    public static List<String> unbrokenCaptures() {
        return Captures.names().stream()
                .filter(name -> !name.contains(".") && !name.startsWith("s17") || name.equals("u01_channel_uuid.live"))
                .filter(name -> !Set.of("s24_register", "s32_heartbeat", "t03_heartbeat_after_step_back")
                        .contains(name))
                .toList();
    }
}

package io.offhook.testkit.freeswitch;

import java.util.List;
import java.util.Map;

import static io.offhook.testkit.freeswitch.CallShape.Party.CALLER;
import static io.offhook.testkit.freeswitch.CallShape.Party.DIALLED;
import static io.offhook.testkit.freeswitch.CallShape.Party.EXTENSION_1;
import static io.offhook.testkit.freeswitch.CallShape.Party.EXTENSION_2;
import static io.offhook.testkit.freeswitch.CallShape.Party.EXTENSION_3;
import static io.offhook.testkit.freeswitch.CallShape.Wait.RING;
import static io.offhook.testkit.freeswitch.CallShape.Wait.TALK;

/**
 * What is known of a captured call without looking at its headers.
 *
 * @param capture name of the capture
 * @param root    dialled number of the call's first leg there, which picks it among others
 * @param parties captured number to the part that it plays
 * @param legs    legs by first CREATE
 * @param waits   what the long pauses of the capture are, in order
 */
record CallShape(String capture, String root, Map<String, Party> parties, List<Leg> legs, List<Wait> waits) {

    enum Party {
        CALLER, DIALLED, EXTENSION_1, EXTENSION_2, EXTENSION_3
    }

    enum Wait {
        RING, TALK
    }

    /**
     * @param callee      whom the leg calls
     * @param outbound    whether FreeSWITCH placed it
     * @param tenantKnown whether its originate names the tenant
     */
    record Leg(Party callee, boolean outbound, boolean tenantKnown) {}

    static CallShape of(CallKind kind) {
        Map<String, Party> two = Map.of("1000", CALLER, "1001", DIALLED);
        List<Leg> bridged = List.of(in(DIALLED), out(DIALLED));
        return switch (kind) {
            case APP_ANSWERED -> new CallShape("s01_inbound_app", "9100", Map.of("1000", CALLER, "9100", DIALLED),
                    List.of(in(DIALLED)), List.of(TALK));
            case BRIDGED -> new CallShape("s02_bridge_a_hangs_up", "1001", two, bridged, List.of(RING, TALK));
            case UNANSWERED -> new CallShape("s05_b_no_answer", "61001",
                    Map.of("1000", CALLER, "61001", DIALLED, "1001", EXTENSION_1),
                    List.of(in(DIALLED), out(EXTENSION_1)),
                    List.of(RING, TALK));
            case BUSY -> new CallShape("s04_b_busy", "1001", two, bridged, List.of(RING));
            case CANCELLED -> new CallShape("s06_a_cancels", "1001", two, bridged, List.of(RING));
            case RING_GROUP -> new CallShape("s14_ring_group", "2000",
                    Map.of("1000", CALLER, "2000", DIALLED, "1001", EXTENSION_1, "1002", EXTENSION_2, "1003",
                            EXTENSION_3),
                    List.of(in(DIALLED), out(EXTENSION_1), out(EXTENSION_2), out(EXTENSION_3)), List.of(RING, TALK));
            case BLIND_TRANSFER -> new CallShape("s10b_blind_transfer_refer", "1001",
                    Map.of("1000", CALLER, "1001", DIALLED, "1002", EXTENSION_1),
                    List.of(in(DIALLED), out(DIALLED), out(EXTENSION_1)), List.of(RING, TALK, RING, TALK));
            case DID -> new CallShape("s22_multitenant", "+49301001",
                    Map.of("+491701112223", CALLER, "+49301001", DIALLED, "1001", EXTENSION_1),
                    List.of(new Leg(DIALLED, false, false), out(EXTENSION_1)), List.of(RING, TALK));
        };
    }

    private static Leg in(Party callee) {
        return new Leg(callee, false, true);
    }

    private static Leg out(Party callee) {
        return new Leg(callee, true, true);
    }
}

package io.offhook.ingestor.publish;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.offhook.model.CallEvent;
import io.offhook.model.LegIdentity;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class OutgoingEventCodecTest {

    private final OutgoingEventCodec codec = new OutgoingEventCodec();

    @Test
    void keepsEveryFieldAndTheBytesOfTheBody() throws IOException {
        var events = new ArrayList<>(Events.leg("u1"));
        var bare = new LegIdentity("ü 🐘", null, null, null, null);
        events.add(new CallEvent.Hangup(bare, 1, null, 2, null));
        for (CallEvent event : events) {
            OutgoingEvent written = Events.outgoing(event);
            OutgoingEvent read = codec.decode(codec.encode(written));
            assertThat(read.event()).isEqualTo(event);
            assertThat(read.sinceMillis()).isEqualTo(42);
            assertThat(read.message().id()).isEqualTo(written.message().id());
            assertThat(read.message().attributes()).containsExactlyEntriesOf(written.message().attributes());
            assertThat(read.message().body()).isEqualTo(written.message().body());
        }
    }

    @Test
    void theLargestEventKeepsWithinTheBoundThatRoomIsCountedBy() {
        for (String unit : List.of("x", "\u0001", "€", "🐘")) {
            String longest = unit.repeat(1024);
            var leg = new LegIdentity(longest, longest, longest, longest, null);
            var event = new CallEvent.Hangup(leg, Events.START, Events.START, Events.START, longest);
            OutgoingEvent outgoing = Events.outgoing(event);
            assertThat(outgoing.bytes()).isLessThanOrEqualTo(OutgoingEvent.MAX_BYTES)
                    .isGreaterThanOrEqualTo(codec.encode(outgoing).length + SpoolFrames.HEADER_BYTES);
        }
    }

    @Test
    void refusesAnotherVersionAndTornBytes() {
        byte[] bytes = codec.encode(Events.outgoing("u1"));
        for (int length = 0; length < bytes.length; length++) {
            byte[] torn = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> codec.decode(torn)).isInstanceOf(IOException.class);
        }
        bytes[0] = 2;
        assertThatThrownBy(() -> codec.decode(bytes)).hasMessage("version: 2 (expected: 1)");
    }
}

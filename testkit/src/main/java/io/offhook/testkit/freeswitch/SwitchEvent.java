package io.offhook.testkit.freeswitch;

/** An event that was fired: by a synthetic call, from a capture, or by the core itself. */
interface SwitchEvent extends Outgoing {

    String name();

    /** {@code Event-Subclass} of a CUSTOM event, else the empty string. */
    String subclass();

    EventData data();

    /** An event given by its headers. */
    record Plain(EventData data) implements SwitchEvent {
        @Override
        public String name() {
            return data.name();
        }

        @Override
        public String subclass() {
            return data.text("Event-Subclass");
        }

        @Override
        public byte[] frame(EventFormat format) {
            return data.frame(format);
        }
    }

    /** An event of a capture: its bytes go out as they were captured. */
    record Captured(Capture.Frame frame) implements SwitchEvent {
        @Override
        public String name() {
            return frame.event().name();
        }

        @Override
        public String subclass() {
            return frame.event().text("Event-Subclass");
        }

        @Override
        public EventData data() {
            return frame.event();
        }

        @Override
        public byte[] frame(EventFormat format) {
            return frame.bytes(format);
        }
    }
}

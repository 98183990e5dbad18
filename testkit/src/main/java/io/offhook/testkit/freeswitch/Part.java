package io.offhook.testkit.freeswitch;

/** A piece of a templated header value: text of the capture, or something that is different in each call. */
sealed interface Part {

    /** The piece for that call; {@code sequence} is the event's number. */
    String value(CallBinding call, long sequence);

    enum Unit {
        SECONDS, MILLIS, MICROS
    }

    record Text(String text) implements Part {
        @Override
        public String value(CallBinding call, long sequence) {
            return text;
        }
    }

    record LegUuid(int leg) implements Part {
        @Override
        public String value(CallBinding call, long sequence) {
            return call.legUuid(leg);
        }
    }

    /** Any other uuid of the capture, and the Call-IDs of SIP, which must differ between calls too. */
    record OtherUuid(int index) implements Part {
        @Override
        public String value(CallBinding call, long sequence) {
            return call.otherUuid(index);
        }
    }

    record CoreUuid() implements Part {
        @Override
        public String value(CallBinding call, long sequence) {
            return call.coreUuid();
        }
    }

    record Switchname() implements Part {
        @Override
        public String value(CallBinding call, long sequence) {
            return call.switchname();
        }
    }

    record Sequence() implements Part {
        @Override
        public String value(CallBinding call, long sequence) {
            return Long.toString(sequence);
        }
    }

    /** The number that the REQUEST_PARAMS event of the digest authentication took. */
    record RequestSequence() implements Part {
        @Override
        public String value(CallBinding call, long sequence) {
            return Long.toString(call.requestSequence());
        }
    }

    record Session(int leg) implements Part {
        @Override
        public String value(CallBinding call, long sequence) {
            return Long.toString(call.session(leg));
        }
    }

    record Micros(long offset) implements Part {
        @Override
        public String value(CallBinding call, long sequence) {
            return Long.toString(call.micros(offset));
        }
    }

    record Seconds(long offset) implements Part {
        @Override
        public String value(CallBinding call, long sequence) {
            return Long.toString(call.micros(offset) / 1_000_000);
        }
    }

    record Local(long offset) implements Part {
        @Override
        public String value(CallBinding call, long sequence) {
            return call.core().local(call.micros(offset));
        }
    }

    record Gmt(long offset) implements Part {
        @Override
        public String value(CallBinding call, long sequence) {
            return call.core().gmt(call.micros(offset));
        }
    }

    /** A duration as switch_channel.c computes it: whole seconds are a difference of cut seconds, milliseconds are rounded. */
    record Span(long from, long to, Unit unit) implements Part {
        @Override
        public String value(CallBinding call, long sequence) {
            return text(call.micros(from), call.micros(to), unit);
        }

        static String text(long from, long to, Unit unit) {
            return Long.toString(switch (unit) {
                case SECONDS -> to / 1_000_000 - from / 1_000_000;
                case MILLIS -> (to - from + 500) / 1000;
                case MICROS -> to - from;
            });
        }
    }

    /** A number; {@code stripPlus} where the capture has it without its plus. */
    record Number(CallShape.Party party, boolean stripPlus) implements Part {
        @Override
        public String value(CallBinding call, long sequence) {
            String number = call.number(party);
            return stripPlus && number.startsWith("+") ? number.substring(1) : number;
        }
    }

    record Tenant() implements Part {
        @Override
        public String value(CallBinding call, long sequence) {
            return call.plan().tenant();
        }
    }

    /** The first label of the tenant's domain, as in {@code variable_accountcode}. */
    record TenantLabel() implements Part {
        @Override
        public String value(CallBinding call, long sequence) {
            return call.tenantLabel();
        }
    }
}

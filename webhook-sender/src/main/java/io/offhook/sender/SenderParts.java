package io.offhook.sender;

import java.time.InstantSource;
import java.util.concurrent.atomic.LongAdder;

/** What all attempts of a sender share. */
record SenderParts(EgressGuard guard, Connector connector, IdleConnections idle, RequestHeads heads,
        Addressees addressees, LongAdder reused, InstantSource clock) {}

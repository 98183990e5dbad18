package io.offhook.bench.decode;

/** One client's way from the bytes of a socket to events. Not thread-safe. */
interface EventDecoder {

    /** Takes what one read of a socket brought; the consumer gets the events that are whole then. */
    void feed(byte[] stream, int from, int length);
}

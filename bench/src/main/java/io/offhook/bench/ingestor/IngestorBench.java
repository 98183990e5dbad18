package io.offhook.bench.ingestor;

import io.offhook.bench.Options;

public final class IngestorBench {
    private IngestorBench() {}

    public static void run(Options options) {
        options.requireAllRead();
    }
}

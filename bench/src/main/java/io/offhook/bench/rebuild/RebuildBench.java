package io.offhook.bench.rebuild;

import io.offhook.bench.Options;

public final class RebuildBench {
    private RebuildBench() {}

    public static void run(Options options) {
        options.requireAllRead();
    }
}

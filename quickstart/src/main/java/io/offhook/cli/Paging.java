package io.offhook.cli;

import picocli.CommandLine.Option;

/** How much of a list is wanted. */
final class Paging {

    @Option(names = "--limit", defaultValue = "50", paramLabel = "N", description = "rows at most; ${DEFAULT-VALUE} unless given")
    private int limit;

    int limit() {
        return limit;
    }
}

package io.offhook.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** What the system says that a process uses. */
public final class Usage {

    private Usage() {}

    public static double cpuSeconds(long pid) {
        return ProcessHandle.of(pid).flatMap(process -> process.info().totalCpuDuration()).orElse(Duration.ZERO)
                .toNanos() / 1e9;
    }

    /** Resident memory in MiB. */
    public static long residentMiB(long pid) throws IOException {
        var ps = new ProcessBuilder("ps", "-o", "rss=", "-p", Long.toString(pid)).start();
        String kilobytes = new String(ps.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return kilobytes.isEmpty() ? 0 : Long.parseLong(kilobytes) / 1024;
    }

    /** A child of this process whose command line has the word; 0 when there is none. */
    public static long child(String word) {
        return ProcessHandle.current().children()
                .filter(process -> process.info().commandLine().orElse("").contains(word))
                .mapToLong(ProcessHandle::pid).findFirst().orElse(0);
    }
}

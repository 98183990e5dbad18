package io.offhook.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import com.sun.management.OperatingSystemMXBean;

/** The results of one bench as a section of Markdown, with what they were measured on. */
public final class Report {

    private static final String HEAD = "# Results\n\nWritten by `./offhook bench`; a new run replaces its section."
            + " What is measured, and how: [README](README.md).\n";

    private final String name;
    private final Options options;
    private final StringBuilder text = new StringBuilder();

    public Report(String name, Options options) {
        this.name = name;
        this.options = options;
        line("## " + name);
        line("");
        line("`./offhook bench " + (name + " " + options).strip() + "`, " + LocalDate.now(ZoneOffset.UTC) + ", "
                + machine());
        line("");
    }

    public void line(String format, Object... values) {
        text.append(values.length == 0 ? format : String.format(Locale.ROOT, format, values)).append('\n');
    }

    /** Prints the section and, unless the run was a quick one, puts it into RESULTS.md. */
    public void publish() throws IOException {
        System.out.println("\n" + text);
        if (options.quick()) {
            System.out.println("A quick run: its numbers mean nothing, bench/RESULTS.md is left as it is.");
            return;
        }
        Path file = options.root().resolve("bench/RESULTS.md");
        Files.writeString(file, with(Files.exists(file) ? Files.readString(file) : HEAD));
        System.out.println("Written to bench/RESULTS.md");
    }

    private String with(String page) {
        var sections = new ArrayList<>(List.of(page.split("(?m)^(?=## )")));
        sections.removeIf(section -> section.startsWith("## " + name + "\n"));
        sections.add(text.toString());
        var sorted = new ArrayList<String>();
        sections.stream().filter(section -> !section.startsWith("## ")).forEach(sorted::add);
        sections.stream().filter(section -> section.startsWith("## ")).sorted().forEach(sorted::add);
        return String.join("\n", sorted.stream().map(String::strip).flatMap(s -> Stream.of(s, "")).toList());
    }

    private static String machine() {
        long bytes = ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean machine
                ? machine.getTotalMemorySize()
                : 0;
        return Runtime.getRuntime().availableProcessors() + " cores" + processor() + ", " + (bytes >> 30) + " GiB, JDK "
                + System.getProperty("java.vendor.version", "") + " " + Runtime.version() + ", "
                + System.getProperty("os.name") + " " + System.getProperty("os.version").replaceAll("-.*", "");
    }

    /** Linux says which; elsewhere it stays unsaid. */
    private static String processor() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name")).findFirst()
                    .map(line -> " (" + line.substring(line.indexOf(':') + 1).strip() + ")").orElse("");
        } catch (IOException e) {
            return "";
        }
    }
}

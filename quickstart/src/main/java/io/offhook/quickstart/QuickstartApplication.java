package io.offhook.quickstart;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

import io.offhook.chaos.ChaosCommand;
import io.offhook.cli.CommandLineClient;
import io.offhook.demo.DemoCommand;
import io.offhook.ingestor.cdr.CdrRepostCommand;
import io.offhook.runtime.ServiceLauncher;
import io.offhook.testkit.freeswitch.SimulateCommand;
import io.offhook.testkit.receiver.ReceiveCommand;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;

/** The command line: everything at once without arguments, or one of its parts alone. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableConfigurationProperties(QuickstartSettings.class)
public class QuickstartApplication {

    private static final String NAME = "quickstart";

    public static void main(String[] args) throws InterruptedException {
        // Bodies are UTF-8 and are shown as such, whatever the locale.
        System.setOut(new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8));
        String command = args.length == 0 ? NAME : args[0];
        String[] rest = args.length == 0 ? args : Arrays.copyOfRange(args, 1, args.length);
        switch (command) {
            case NAME -> quickstart(rest);
            case "simulate" -> {
                keepLibrariesQuiet();
                SimulateCommand.main(rest);
            }
            case "receive" -> {
                keepLibrariesQuiet();
                ReceiveCommand.main(rest);
            }
            case "chaos" -> {
                keepLibrariesQuiet();
                ChaosCommand.main(rest);
            }
            case "demo" -> {
                keepLibrariesQuiet();
                DemoCommand.main(rest);
            }
            case "cdr-repost" -> {
                keepLibrariesQuiet();
                CdrRepostCommand.main(rest);
            }
            case "endpoints", "failures", "resend", "replay", "calls" -> {
                keepLibrariesQuiet();
                CommandLineClient.main(args);
            }
            default -> {
                System.err.println("offhook: command: \"" + command
                        + "\" (expected: quickstart, simulate, receive, demo, chaos, cdr-repost, endpoints,"
                        + " failures, resend, replay or calls)");
                System.exit(2);
            }
        }
    }

    private static void keepLibrariesQuiet() {
        System.setProperty("logback.configurationFile", "quiet-logback.xml");
    }

    private static void quickstart(String... args) throws InterruptedException {
        ConfigurableApplicationContext settings;
        try {
            // Reads the settings and turns the JSON log on; the services' contexts find it running and leave it as it is.
            settings = new ServiceLauncher(NAME, QuickstartApplication.class).start(Map.of(), args);
        } catch (RuntimeException e) {
            StartRefused.byService(NAME, e).print(System.err);
            System.exit(1);
            return;
        }
        var quickstart = new Quickstart(settings.getEnvironment(), settings.getBean(QuickstartSettings.class),
                System.out);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            quickstart.stop();
            // The JVM by itself would say 143 after SIGTERM and 130 after SIGINT.
            Runtime.getRuntime().halt(quickstart.failed() ? 1 : 0);
        }, "stop"));
        quickstart.run();
    }
}

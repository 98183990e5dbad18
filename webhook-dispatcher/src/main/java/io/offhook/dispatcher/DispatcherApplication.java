package io.offhook.dispatcher;

import io.offhook.runtime.ServiceLauncher;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class DispatcherApplication {

    public static final String NAME = "webhook-dispatcher";

    public static void main(String[] args) {
        new ServiceLauncher(NAME, DispatcherApplication.class).runOrExit(args);
    }
}

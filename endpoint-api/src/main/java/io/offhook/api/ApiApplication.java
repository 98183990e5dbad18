package io.offhook.api;

import io.offhook.runtime.ServiceLauncher;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class ApiApplication {

    public static final String NAME = "endpoint-api";

    public static void main(String[] args) {
        new ServiceLauncher(NAME, ApiApplication.class).runOrExit(args);
    }
}

package io.offhook.ingestor;

import io.offhook.runtime.ServiceLauncher;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class IngestorApplication {

    public static final String NAME = "esl-ingestor";

    public static void main(String[] args) {
        new ServiceLauncher(NAME, IngestorApplication.class).runOrExit(args);
    }
}

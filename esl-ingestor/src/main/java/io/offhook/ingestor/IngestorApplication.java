package io.offhook.ingestor;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class IngestorApplication {
    public static void main(String[] args) {
        SpringApplication.run(IngestorApplication.class, args);
    }
}

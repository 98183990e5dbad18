package io.offhook.quickstart;

import java.io.PrintStream;
import java.nio.file.Path;

/**
 * What the user sees once everything runs: where it is, the key, and how to go on.
 *
 * @param keyOrigin where the key comes from
 * @param freeSwitch what is listened to
 */
record Welcome(String took, QuickstartSettings settings, Path data, String kafka, String postgres, Path log, String key,
        String keyOrigin, String freeSwitch) {

    void print(PrintStream out) {
        out.printf("""

                Offhook runs, started in %s. Ctrl-C stops it; the next start goes on with its data.

                  API          http://localhost:%d/api/v1
                  Swagger UI   http://localhost:%d/swagger-ui.html
                  OpenAPI      http://localhost:%d/v3/api-docs
                  Prometheus   http://localhost:%d/actuator/prometheus  (API)
                               http://localhost:%d/actuator/prometheus  (ingestor)
                               http://localhost:%d/actuator/prometheus  (dispatcher)
                  FreeSWITCH   %s
                  Kafka        %s
                  PostgreSQL   %s
                  data         %s
                  log          %s
                  API key      %s
                               (%s)

                Register an endpoint of your own (./offhook receive listens on port 9000):

                  curl -sS http://localhost:%d/api/v1/endpoints -H 'Authorization: Bearer %s' \\
                    -H 'Content-Type: application/json' -d '{"url":"http://127.0.0.1:9000/"}'

                Every webhook that the built-in receiver gets is shown below, its body whole.

                """, took, settings.apiPort(), settings.apiPort(), settings.apiPort(), settings.apiPort(),
                settings.ingestorPort(), settings.dispatcherPort(), freeSwitch, kafka, postgres, data, log, key,
                keyOrigin, settings.apiPort(), key);
    }
}

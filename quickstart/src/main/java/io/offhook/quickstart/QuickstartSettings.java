package io.offhook.quickstart;

import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What the quickstart has beside the services' own settings. {@code SERVER_PORT} names one port and is not for three services.
 *
 * @param apiPort port of the REST API
 * @param ingestorPort port of the ingestor's health and metrics
 * @param dispatcherPort port of the dispatcher's health and metrics
 * @param receiverPort port of the built-in receiver; 0 for a free one, which may be another at each start
 * @param kafkaPort port of the embedded Kafka; 0 as above
 * @param postgresPort port of the embedded PostgreSQL; 0 as above
 * @param freeswitchPort port of the simulated FreeSWITCH; 0 as above
 * @param callsPerMinute calls that the simulated FreeSWITCH places; 0 for none
 */
@Validated
@ConfigurationProperties("offhook.quickstart")
record QuickstartSettings(
        @DefaultValue("8080") @Min(value = 1, message = PORT) @Max(value = 65_535, message = PORT) int apiPort,
        @DefaultValue("8081") @Min(value = 1, message = PORT) @Max(value = 65_535, message = PORT) int ingestorPort,
        @DefaultValue("8082") @Min(value = 1, message = PORT) @Max(value = 65_535, message = PORT) int dispatcherPort,
        @DefaultValue("0") @Min(value = 0, message = FREE_PORT) @Max(value = 65_535, message = FREE_PORT) int receiverPort,
        @DefaultValue("0") @Min(value = 0, message = FREE_PORT) @Max(value = 65_535, message = FREE_PORT) int kafkaPort,
        @DefaultValue("0") @Min(value = 0, message = FREE_PORT) @Max(value = 65_535, message = FREE_PORT) int postgresPort,
        @DefaultValue("0") @Min(value = 0, message = FREE_PORT) @Max(value = 65_535, message = FREE_PORT) int freeswitchPort,
        @DefaultValue("12") @DecimalMin(value = "0", message = RATE) @DecimalMax(value = "60000", message = RATE) double callsPerMinute) {

    private static final String PORT = "a port number from 1 to 65535";
    private static final String FREE_PORT = "a port number from 1 to 65535, or 0 for a free one";
    private static final String RATE = "a number from 0 to 60000";
}

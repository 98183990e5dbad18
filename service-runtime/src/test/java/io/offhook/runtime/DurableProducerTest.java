package io.offhook.runtime;

import java.util.Map;

import org.apache.kafka.clients.producer.ProducerConfig;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DurableProducerTest {

    @Test
    void nothingIsCompressedUnlessAnOperatorSaysSo() {
        assertThat(new ProducerConfig(DurableProducer.settings(Map.of("bootstrap.servers", "127.0.0.1:9092")))
                .getString(ProducerConfig.COMPRESSION_TYPE_CONFIG)).isEqualTo("none");
        assertThat(DurableProducer.settings(Map.of("compression.type", "zstd"))).containsEntry("compression.type",
                "zstd");
    }

    @Test
    void whatItPromisesIsNotAnOperatorsToTakeAway() {
        assertThat(DurableProducer.settings(Map.of("acks", "0", "delivery.timeout.ms", 1000,
                "max.in.flight.requests.per.connection", 5))).containsEntry("acks", "all")
                .containsEntry("delivery.timeout.ms", Integer.MAX_VALUE)
                .containsEntry("max.in.flight.requests.per.connection", 1);
    }
}

package io.offhook.bench.peer;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import io.confluent.parallelconsumer.vertx.VertxParallelEoSStreamProcessor;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Arguments: brokers, topic, consumer group, requests under way, then URLs: a record of tenant n is POSTed to number n. */
public final class ParallelConsumerPeer {

    private static final int TIMEOUT_MILLIS = 30_000;

    private ParallelConsumerPeer() {}

    public static void main(String[] arguments) {
        int concurrency = Integer.parseInt(arguments[3]);
        List<String> urls = List.of(arguments).subList(4, arguments.length);
        // Keys as text: arrays are not equal to each other, and order goes by key.
        var consumer = new KafkaConsumer<String, byte[]>(Map.of("bootstrap.servers", arguments[0], "group.id",
                arguments[2], "auto.offset.reset", "earliest", "enable.auto.commit", false, "max.poll.records", 1000,
                "key.deserializer", StringDeserializer.class, "value.deserializer", ByteArrayDeserializer.class));
        var vertx = Vertx.vertx();
        var client = WebClient.create(vertx, new WebClientOptions().setMaxPoolSize(concurrency)
                .setConnectTimeout(TIMEOUT_MILLIS).setFollowRedirects(false).setTcpNoDelay(true));
        var options = ParallelConsumerOptions.<String, byte[]>builder().consumer(consumer)
                .ordering(ProcessingOrder.KEY).maxConcurrency(concurrency).build();
        var processor = new VertxParallelEoSStreamProcessor<String, byte[]>(vertx, client, options);
        processor.subscribe(List.of(arguments[1]));
        processor.vertxFuture(context -> post(client, urls, context.getSingleConsumerRecord()));
    }

    private static Future<HttpResponse<Buffer>> post(WebClient client, List<String> urls,
            ConsumerRecord<String, byte[]> record) {
        return client.postAbs(urls.get(tenant(record))).timeout(TIMEOUT_MILLIS)
                .putHeader("content-type", "application/json").sendBuffer(Buffer.buffer(record.value()))
                .compose(response -> response.statusCode() == 200
                        ? Future.succeededFuture(response)
                        : Future.failedFuture("HTTP " + response.statusCode()));
    }

    /** Of {@code t17.example}, 17. */
    private static int tenant(ConsumerRecord<String, byte[]> record) {
        String tenant = new String(record.headers().lastHeader("ce_tenant").value(), StandardCharsets.US_ASCII);
        return Integer.parseInt(tenant.substring(1, tenant.indexOf('.')));
    }
}

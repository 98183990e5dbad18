package io.offhook.bench.peer;

import java.nio.charset.StandardCharsets;
import java.util.List;

import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.main.Main;

/** Arguments: brokers, topic, consumer group, consumers, then URLs: a record of tenant n is POSTed to number n. */
public final class CamelPeer {

    private static final String BYTES = "org.apache.kafka.common.serialization.ByteArrayDeserializer";
    private static final int TIMEOUT_MILLIS = 30_000;

    private CamelPeer() {}

    public static void main(String[] arguments) throws Exception {
        int consumers = Integer.parseInt(arguments[3]);
        List<String> urls = List.of(arguments).subList(4, arguments.length);
        String kafka = "kafka:" + arguments[1] + "?brokers=" + arguments[0] + "&groupId=" + arguments[2]
                + "&autoOffsetReset=earliest&consumersCount=" + consumers + "&maxPollRecords=1000&keyDeserializer="
                + BYTES + "&valueDeserializer=" + BYTES;
        // The address is of no use: each message brings its own.
        String http = "http://127.0.0.1:1/?connectTimeout=" + TIMEOUT_MILLIS + "&responseTimeout=" + TIMEOUT_MILLIS
                + "&soTimeout=" + TIMEOUT_MILLIS + "&maxTotalConnections=" + consumers * urls.size()
                + "&connectionsPerRoute=" + consumers;
        var main = new Main(CamelPeer.class);
        // Else it would look for routes by itself, and find this one twice.
        main.configure().withBasePackageScanEnabled(false).addRoutesBuilder(new RouteBuilder() {
            @Override
            public void configure() {
                from(kafka).process(exchange -> address(exchange.getMessage(), urls)).to(http);
            }
        });
        main.run();
    }

    private static void address(Message message, List<String> urls) {
        String tenant = new String(message.getHeader("ce_tenant", byte[].class), StandardCharsets.US_ASCII);
        // Else each header of the record would become one of the request.
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_URI, urls.get(Integer.parseInt(tenant.substring(1, tenant.indexOf('.')))));
        message.setHeader(Exchange.HTTP_METHOD, "POST");
        message.setHeader(Exchange.CONTENT_TYPE, "application/json");
    }
}

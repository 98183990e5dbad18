package io.offhook.bench.dispatch;

import java.io.IOException;
import java.util.function.Consumer;

import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;
import org.apache.hc.client5.http.async.methods.SimpleRequestBuilder;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/** Apache HttpClient 5 async with all that a webhook must not do switched off, and nothing added: the bare POST. */
final class PostClient implements AutoCloseable {

    private static final int CONNECTIONS = 4_096;
    private static final int TIMEOUT_SECONDS = 30;
    private static final int OK = 200;

    private final CloseableHttpAsyncClient client;

    PostClient() {
        var timeout = Timeout.ofSeconds(TIMEOUT_SECONDS);
        client = HttpAsyncClients.custom()
                .setConnectionManager(PoolingAsyncClientConnectionManagerBuilder.create()
                        .setMaxConnTotal(CONNECTIONS).setMaxConnPerRoute(CONNECTIONS)
                        .setDefaultConnectionConfig(ConnectionConfig.custom().setConnectTimeout(timeout).build())
                        .build())
                .setIOReactorConfig(IOReactorConfig.custom().setSelectInterval(TimeValue.ofMilliseconds(50))
                        .setTcpNoDelay(true).build())
                .setDefaultRequestConfig(RequestConfig.custom().setResponseTimeout(timeout).build())
                .disableCookieManagement().disableAuthCaching().disableRedirectHandling().disableAutomaticRetries()
                .build();
        client.start();
    }

    /** @param ended hears whether it was answered with 200, on an I/O thread */
    void post(String url, byte[] body, Consumer<Boolean> ended) {
        var request = SimpleRequestBuilder.post(url).setBody(body, ContentType.APPLICATION_JSON).build();
        client.execute(request, new FutureCallback<SimpleHttpResponse>() {

            @Override
            public void completed(SimpleHttpResponse response) {
                ended.accept(response.getCode() == OK);
            }

            @Override
            public void failed(Exception cause) {
                ended.accept(false);
            }

            @Override
            public void cancelled() {
                ended.accept(false);
            }
        });
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}

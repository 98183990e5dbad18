package io.offhook.testkit.process;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;

import com.sun.net.httpserver.HttpServer;

/** A child for tests: serves HTTP on the port in its environment, says so, and ends when told. */
final class Chatterbox {
    private Chatterbox() {}

    static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments[0].equals("fail")) {
            System.err.println("out of order");
            System.exit(3);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("goodbye")));
        int port = Integer.parseInt(System.getenv("CHATTERBOX_PORT"));
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 10);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 2);
            try (OutputStream body = exchange.getResponseBody()) {
                body.write("ok".getBytes());
            }
        });
        server.start();
        System.out.println("serving " + arguments[0] + " with " + System.getProperty("flavour"));
    }
}

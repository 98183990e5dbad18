package io.offhook.testkit.receiver;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

import javax.net.ssl.SSLException;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;

/** Which certificate a receiver shows. All but {@link #TRUSTED} have exactly one thing wrong. */
public enum TlsVariant {
    /** For localhost, 127.0.0.1 and ::1, signed by the test authority. */
    TRUSTED,
    /** For localhost, signed by nobody but itself. */
    SELF_SIGNED,
    /** For {@code wrong.example}, signed by the test authority. */
    WRONG_HOST,
    /** For localhost, signed by the test authority, valid until yesterday. */
    EXPIRED;

    SslContext serverContext(TestAuthority authority) {
        Instant yesterday = Instant.now().minus(Duration.ofDays(1));
        Instant nextYear = yesterday.plus(Duration.ofDays(365));
        KeyedCertificate certificate = switch (this) {
            case TRUSTED -> authority.issue("localhost", yesterday, nextYear);
            case SELF_SIGNED -> KeyedCertificate.selfSigned("localhost", yesterday, nextYear);
            case WRONG_HOST -> authority.issue("wrong.example", yesterday, nextYear);
            case EXPIRED -> authority.issue("localhost", yesterday.minus(Duration.ofDays(30)), yesterday);
        };
        try {
            X509Certificate leaf = certificate.certificate();
            return SslContextBuilder.forServer(certificate.key(), leaf).build();
        } catch (SSLException e) {
            // The key and the certificate were made for each other: a JDK without EC or TLS.
            throw new IllegalStateException("cannot set up TLS", e);
        }
    }
}

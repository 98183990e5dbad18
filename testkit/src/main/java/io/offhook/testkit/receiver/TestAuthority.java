package io.offhook.testkit.receiver;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate authority made for a test; nothing trusts it but those who are told to. */
public final class TestAuthority {
    private final KeyedCertificate root;

    private TestAuthority(KeyedCertificate root) {
        this.root = root;
    }

    /** A new one with a key of its own, valid for a year. */
    public static TestAuthority create() {
        Instant yesterday = Instant.now().minus(Duration.ofDays(1));
        return new TestAuthority(KeyedCertificate.authority(yesterday, yesterday.plus(Duration.ofDays(365))));
    }

    public X509Certificate certificate() {
        return root.certificate();
    }

    /** The certificate as PEM (RFC 7468), for clients that read trust material from a file. */
    public String certificatePem() {
        try {
            return "-----BEGIN CERTIFICATE-----\n"
                    + Base64.getMimeEncoder(64, new byte[]{'\n'}).encodeToString(root.certificate().getEncoded())
                    + "\n-----END CERTIFICATE-----\n";
        } catch (CertificateEncodingException e) {
            // It was parsed from its encoding.
            throw new IllegalStateException(e);
        }
    }

    /** A trust store with this authority alone. */
    public KeyStore trustStore() {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("test-authority", root.certificate());
            return store;
        } catch (GeneralSecurityException | IOException e) {
            // Every JDK has PKCS12, and nothing is read.
            throw new IllegalStateException(e);
        }
    }

    /** For a client that trusts this authority alone. */
    public SSLContext clientContext() {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trustStore());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            // Every JDK has TLS.
            throw new IllegalStateException(e);
        }
    }

    KeyedCertificate issue(String host, Instant from, Instant until) {
        return root.issue(host, from, until);
    }
}

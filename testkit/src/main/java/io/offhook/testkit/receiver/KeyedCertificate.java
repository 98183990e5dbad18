package io.offhook.testkit.receiver;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;

/**
 * A certificate (X.509 version 3, RFC 5280, P-256) with its private key, made from nothing: the JDK signs and reads
 * certificates but has no public way to write one, and a library for it would double the size of this module.
 */
record KeyedCertificate(PrivateKey key, X509Certificate certificate) {
    private static final byte[] ECDSA_WITH_SHA256 = Der.sequence(Der.oid("1.2.840.10045.4.3.2"));
    private static final byte[] IPV4_LOOPBACK = {127, 0, 0, 1};
    private static final byte[] IPV6_LOOPBACK = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

    static KeyedCertificate authority(Instant from, Instant until) {
        KeyPair pair = newKey();
        byte[] mayIssue = Der.sequence(
                Der.sequence(Der.oid("2.5.29.19"), Der.yes(), Der.octets(Der.sequence(Der.yes()))),
                // keyCertSign and cRLSign: bits 5 and 6.
                Der.sequence(Der.oid("2.5.29.15"), Der.yes(), Der.octets(Der.bits(1, new byte[]{0x06}))));
        String name = "Offhook test authority";
        return new KeyedCertificate(pair.getPrivate(),
                sign(name, pair.getPrivate(), name, pair.getPublic(), mayIssue, from, until));
    }

    static KeyedCertificate selfSigned(String host, Instant from, Instant until) {
        KeyPair pair = newKey();
        return new KeyedCertificate(pair.getPrivate(),
                sign(host, pair.getPrivate(), host, pair.getPublic(), names(host), from, until));
    }

    /** A server certificate signed with this one. */
    KeyedCertificate issue(String host, Instant from, Instant until) {
        KeyPair pair = newKey();
        return new KeyedCertificate(pair.getPrivate(),
                sign("Offhook test authority", key, host, pair.getPublic(), names(host), from, until));
    }

    /** Subject alternative names (RFC 5280, section 4.2.1.6): localhost stands for its addresses, too. */
    private static byte[] names(String host) {
        byte[] dnsName = Der.tagged(0x82, Der.ascii(host));
        byte[] all = host.equals("localhost")
                ? Der.sequence(dnsName, Der.tagged(0x87, IPV4_LOOPBACK), Der.tagged(0x87, IPV6_LOOPBACK))
                : Der.sequence(dnsName);
        return Der.sequence(Der.sequence(Der.oid("2.5.29.17"), Der.octets(all)));
    }

    private static X509Certificate sign(String issuer, PrivateKey issuerKey, String subject, PublicKey subjectKey,
            byte[] extensions, Instant from, Instant until) {
        byte[] toBeSigned = Der.sequence(Der.tagged(0xA0, Der.integer(BigInteger.TWO)),
                Der.integer(new BigInteger(63, new SecureRandom()).add(BigInteger.ONE)), ECDSA_WITH_SHA256,
                Der.commonName(issuer), Der.sequence(Der.time(from), Der.time(until)), Der.commonName(subject),
                subjectKey.getEncoded(), Der.tagged(0xA3, extensions));
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(issuerKey);
            signature.update(toBeSigned);
            byte[] encoded = Der.sequence(toBeSigned, ECDSA_WITH_SHA256, Der.bits(0, signature.sign()));
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(encoded));
        } catch (GeneralSecurityException e) {
            // Every JDK has SHA256withECDSA and reads X.509.
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair newKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            // Every JDK has this curve.
            throw new IllegalStateException(e);
        }
    }
}

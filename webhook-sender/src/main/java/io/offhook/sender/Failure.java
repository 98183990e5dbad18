package io.offhook.sender;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.nio.charset.CharacterCodingException;

import javax.net.ssl.SSLException;

import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.TruncatedChunkException;

/**
 * Why an attempt has no complete response.
 *
 * @param detail one line of at most {@value #MAX_DETAIL} characters
 */
record Failure(AttemptError error, String detail) {

    private static final int MAX_DETAIL = 300;

    Failure {
        String line = detail.codePoints().map(c -> Character.isISOControl(c) ? ' ' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
        detail = line.length() <= MAX_DETAIL ? line : line.substring(0, MAX_DETAIL);
    }

    /** Of TCP. The kernel's own time-out and an unreachable network are time-outs too: the connection cannot be had now. */
    static Failure connecting(Exception cause, Route route) {
        boolean timedOut = cause instanceof SocketTimeoutException || cause instanceof NoRouteToHostException;
        boolean refused = !timedOut && cause instanceof ConnectException && text(cause).contains("refused");
        return new Failure(refused ? AttemptError.CONNECT_REFUSED : AttemptError.CONNECT_TIMEOUT,
                "connect to " + route.remoteAddress() + ": " + text(cause));
    }

    static Failure handshaking(Exception cause, Route route) {
        return new Failure(AttemptError.TLS, "TLS with " + route.remoteAddress() + ": " + text(cause));
    }

    /** After the connection was ready. */
    static Failure exchanging(Exception cause) {
        return new Failure(switch (cause) {
            case SSLException _ -> AttemptError.TLS;
            case TruncatedChunkException _,ConnectionClosedException _ -> AttemptError.CONNECTION_RESET;
            case HttpException _,MalformedChunkCodingException _,MessageConstraintException _,CharacterCodingException _ ->
                AttemptError.RESPONSE_INVALID;
            case IOException _ -> AttemptError.CONNECTION_RESET;
            default -> AttemptError.RESPONSE_INVALID;
        }, text(cause));
    }

    /** The taxonomy has no word for a bug of ours: the receiver saw its connection end. */
    static Failure internal(Throwable cause) {
        return new Failure(AttemptError.CONNECTION_RESET, "internal error: " + cause.getClass().getSimpleName());
    }

    private static String text(Exception cause) {
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}

package io.offhook.ingestor.cdr;

import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.offhook.ingestor.call.TenantRules;
import jakarta.servlet.http.HttpServletRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Conditional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Takes CDRs. FreeSWITCH posts them in the thread of the call that ends and sends the leg's last event only after the answer, so the
 * answer is fast or it is 503: FreeSWITCH keeps what was not answered with 2xx in a file.
 */
@RestController
@Conditional(CdrCredentialsGiven.class)
final class CdrController {

    private enum Result {
        ACCEPTED, DUPLICATE, REFUSED, UNAVAILABLE
    }

    private static final Logger log = LoggerFactory.getLogger(CdrController.class);
    /** A CDR of 1 MiB needs about 5 MiB while it is read; ordinary ones, with 15 kB, need 20 MB all together. */
    private static final int AT_ONCE = 256;
    private static final String RETRY_SECONDS = "1";

    private final CdrCredentials credentials;
    private final CdrTopic topic;
    private final int maxBytes;
    /** Only checks: who uses the CDR asks for its tenant. */
    private final CdrReader reader = new CdrReader(new TenantRules(List.of(), Map.of()));
    private final Map<Result, Counter> counters = new EnumMap<>(Result.class);
    private final Semaphore places = new Semaphore(AT_ONCE);
    private final AtomicReference<String> lastRefusal = new AtomicReference<>();

    CdrController(CdrCredentials credentials, CdrTopic topic, CdrSettings settings, MeterRegistry registry) {
        this.credentials = credentials;
        this.topic = topic;
        this.maxBytes = settings.maxBytes();
        for (Result result : Result.values()) {
            counters.put(result, Counter.builder("offhook.ingestor.cdrs").description("CDRs posted by FreeSWITCH")
                    .tag("result", result.name().toLowerCase(Locale.ROOT)).register(registry));
        }
    }

    /** No parameter is looked at, nor may one be: the servlet container would read the body of a form in search of it. */
    @PostMapping("/cdr")
    ResponseEntity<ProblemDetail> receive(HttpServletRequest request) {
        if (!credentials.admit(request.getHeader(HttpHeaders.AUTHORIZATION))) {
            return refuse(HttpStatus.UNAUTHORIZED,
                    "name or password: wrong (expected: those of OFFHOOK_CDR_USERNAME and"
                            + " OFFHOOK_CDR_PASSWORD)");
        }
        if (!places.tryAcquire()) {
            return unavailable(AT_ONCE + " CDRs are being taken already");
        }
        try {
            return take(request);
        } catch (UnusableCdrException e) {
            // The sender's to mend: the answer names the field.
            return refuse(e.isFormEncoded() ? HttpStatus.UNSUPPORTED_MEDIA_TYPE : HttpStatus.BAD_REQUEST,
                    e.getMessage());
        } catch (IOException e) {
            // The sender went away: there is nobody to answer, and it will send the CDR again or keep it.
            return refuse(HttpStatus.BAD_REQUEST, "body: ended early (expected: as many bytes as announced)");
        } finally {
            places.release();
        }
    }

    private ResponseEntity<ProblemDetail> take(HttpServletRequest request) throws IOException, UnusableCdrException {
        if (request.getContentLengthLong() > maxBytes) {
            return tooLarge();
        }
        byte[] body = request.getInputStream().readNBytes(maxBytes + 1);
        if (body.length > maxBytes) {
            return tooLarge();
        }
        byte[] json = CdrBody.json(request.getContentType(), body);
        return switch (topic.accept(reader.read(json), json)) {
            case ACCEPTED -> done(Result.ACCEPTED);
            case DUPLICATE -> done(Result.DUPLICATE);
            case UNAVAILABLE -> unavailable("the CDR could not be kept: Kafka did not acknowledge it in time");
            case TOO_LARGE -> tooLarge();
        };
    }

    private ResponseEntity<ProblemDetail> done(Result result) {
        counters.get(result).increment();
        return ResponseEntity.ok().build();
    }

    private ResponseEntity<ProblemDetail> tooLarge() {
        return refuse(HttpStatus.CONTENT_TOO_LARGE, "body: too large (expected: at most " + maxBytes
                + " bytes, OFFHOOK_CDR_MAX_BYTES, and no more than Kafka takes)");
    }

    /** A FreeSWITCH that is set up wrongly sends one such per leg: the log says it once. */
    private ResponseEntity<ProblemDetail> refuse(HttpStatus status, String reason) {
        counters.get(Result.REFUSED).increment();
        if (!reason.equals(lastRefusal.getAndSet(reason))) {
            log.warn("a CDR is refused with {}: {}", status.value(), reason);
        }
        return problem(ResponseEntity.status(status), status, reason);
    }

    private ResponseEntity<ProblemDetail> unavailable(String reason) {
        counters.get(Result.UNAVAILABLE).increment();
        return problem(ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE).header(HttpHeaders.RETRY_AFTER,
                RETRY_SECONDS), HttpStatus.SERVICE_UNAVAILABLE, reason);
    }

    private static ResponseEntity<ProblemDetail> problem(ResponseEntity.BodyBuilder answer, HttpStatus status,
            String reason) {
        if (status == HttpStatus.UNAUTHORIZED) {
            answer.header(HttpHeaders.WWW_AUTHENTICATE, "Basic realm=\"offhook\", charset=\"UTF-8\"");
        }
        return answer.contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(ProblemDetail.forStatusAndDetail(status, reason));
    }
}

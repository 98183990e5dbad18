package io.offhook.api.audit;

import java.io.IOException;
import java.util.Optional;

import io.offhook.api.input.Query;
import io.offhook.api.security.Caller;
import io.offhook.api.security.RequiredScope;
import io.offhook.api.security.Scope;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /api/v1/events}. */
@RestController
@Tag(name = "events", description = "the call events as they stand in Kafka")
@EnableConfigurationProperties(AuditSettings.class)
class AuditController {

    private static final String NDJSON = "application/x-ndjson";

    private final AuditReads reads;

    AuditController(AuditReads reads) {
        this.reads = reads;
    }

    @GetMapping("/api/v1/events")
    @Operation(operationId = "readEvents", summary = "Read call events straight from Kafka, one JSON object a line", description = "Partition after partition, within one in the order of the log, so the events of a leg are in their order; all that was "
            + "appended until the request, unless `to` comes before. Nothing is held back in memory, however much there is. An empty "
            + "line comes now and then while nothing is found. When Kafka fails on the way the connection is cut: an answer that ends in order is whole.")
    @Parameter(name = "from", in = ParameterIn.QUERY, required = true, description = "of the append, included; RFC 3339", example = "2026-01-31T12:00:00Z", schema = @Schema(type = "string", format = "date-time"))
    @Parameter(name = "to", in = ParameterIn.QUERY, description = "of the append, excluded; RFC 3339; by default the moment of the request", schema = @Schema(type = "string", format = "date-time"))
    @Parameter(name = "uuid", in = ParameterIn.QUERY, description = "of the leg, whose events are in one partition", schema = @Schema(type = "string"))
    @Parameter(name = "tenant", in = ParameterIn.QUERY, description = "SIP domain, compared without regard to case", schema = @Schema(type = "string"))
    @Parameter(name = "action", in = ParameterIn.QUERY, description = "of the event", schema = @Schema(type = "string", allowableValues = {
            "originate", "answer", "hangup"}))
    @ApiResponse(responseCode = "200", description = "the records", content = @Content(mediaType = NDJSON, schema = @Schema(implementation = AuditRecord.class)))
    @ApiResponse(responseCode = "400", description = "Bad Request", content = @Content(mediaType = "application/problem+json", schema = @Schema(ref = "#/components/schemas/Problem")))
    @RequiredScope(Scope.READ)
    void read(HttpServletRequest request, HttpServletResponse response, Caller caller) throws IOException {
        Optional<AuditQuery> query = AuditQuery.read(new Query(request).fields()).asSeenBy(caller);
        response.setContentType(NDJSON);
        // Proxies that collect answers before they pass them on (nginx) would hold these for ever.
        response.setHeader("X-Accel-Buffering", "no");
        if (query.isPresent() && !"HEAD".equals(request.getMethod())) {
            reads.write(query.get(), caller.tenant(), response);
        }
    }
}

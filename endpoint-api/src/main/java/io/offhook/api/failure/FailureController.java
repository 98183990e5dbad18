package io.offhook.api.failure;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

import io.offhook.api.input.Cursor;
import io.offhook.api.input.Fields;
import io.offhook.api.input.Ids;
import io.offhook.api.input.JsonBody;
import io.offhook.api.input.MayConflict;
import io.offhook.api.input.Page;
import io.offhook.api.input.PageRequest;
import io.offhook.api.input.Query;
import io.offhook.api.problem.FieldErrors;
import io.offhook.api.problem.Problem;
import io.offhook.api.problem.ProblemException;
import io.offhook.api.security.Caller;
import io.offhook.api.security.Change;
import io.offhook.api.security.ChangeLog;
import io.offhook.api.security.RequiredScope;
import io.offhook.api.security.Scope;
import io.offhook.api.settings.RetrySettings;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Routes below {@code /api/v1/failed-webhooks}. */
@RestController
@Tag(name = "failed webhooks", description = "what could not be delivered at once")
@RequestMapping(path = "/api/v1/failed-webhooks", produces = "application/json")
class FailureController {

    private static final String LIST = "failed-webhooks";

    private final FailureRows rows;
    private final RetrySettings retry;
    private final ChangeLog changes;
    private final TransactionTemplate transaction;

    FailureController(FailureRows rows, RetrySettings retry, ChangeLog changes, TransactionTemplate transaction) {
        this.rows = rows;
        this.retry = retry;
        this.changes = changes;
        this.transaction = transaction;
    }

    @GetMapping
    @Operation(operationId = "listFailedWebhooks", summary = "List failed deliveries, newest first")
    @Parameter(name = "endpoint_id", in = ParameterIn.QUERY, description = "of the endpoint", schema = @Schema(format = "uuid", type = "string"))
    @Parameter(name = "uuid", in = ParameterIn.QUERY, description = "of the leg", schema = @Schema(type = "string"))
    @Parameter(name = "action", in = ParameterIn.QUERY, description = "of the event", schema = @Schema(type = "string", allowableValues = {
            "originate", "answer", "hangup"}))
    @Parameter(name = "status", in = ParameterIn.QUERY, description = "where the delivery stands", schema = @Schema(type = "string", allowableValues = {
            "pending", "exhausted", "discarded", "delivered"}))
    @Parameter(name = "since", in = ParameterIn.QUERY, description = "of first_failed_at, included; RFC 3339", schema = @Schema(type = "string", format = "date-time"))
    @Parameter(name = "until", in = ParameterIn.QUERY, description = "of first_failed_at, excluded; RFC 3339", schema = @Schema(type = "string", format = "date-time"))
    @RequiredScope(Scope.READ)
    Page<FailedWebhook> list(HttpServletRequest request, Caller caller) {
        var query = new Query(request);
        PageRequest page = PageRequest.read(LIST, query);
        FailureFilter filter = FailureFilter.read(query.fields());
        return Page.of(rows.list(filter, caller, page), page, row -> new Cursor(row.firstFailedAt(), row.id()));
    }

    @GetMapping("/{id}")
    @Operation(operationId = "getFailedWebhook", summary = "Read a failed delivery with its body")
    @RequiredScope(Scope.READ)
    FailedWebhook get(@PathVariable String id, Caller caller, HttpServletResponse response) {
        return answer(find(id, caller), response);
    }

    @PostMapping("/{id}/resend")
    @Operation(operationId = "resendFailedWebhook", summary = "Make a failed delivery due now, with a new maximum age")
    @MayConflict
    @RequiredScope(Scope.WRITE)
    @ResponseStatus(HttpStatus.ACCEPTED)
    FailedWebhook resend(@PathVariable String id, Caller caller, HttpServletResponse response) {
        FailedWebhook row = find(id, caller);
        Optional<FailedWebhook> pending = transaction.execute(_ -> {
            var sent = rows.resend(row.id(), retry.maxAge());
            sent.ifPresent(now -> record(caller, "failed_webhook.resent", row, now.status()));
            return sent;
        });
        return answer(pending.orElseThrow(() -> refusal(id, caller)), response);
    }

    private void record(Caller caller, String action, FailedWebhook before, String status) {
        changes.record(caller, Change.of(action, "failed_webhook", before.id(), rows.tenantOf(before.id()))
                .with("endpoint_id", before.endpointId()).with("event_id", before.eventId())
                .from(state(before.status())).to(state(status)));
    }

    private static ObjectNode state(String status) {
        return JsonNodeFactory.instance.objectNode().put("status", status);
    }

    private ProblemException refusal(String id, Caller caller) {
        FailedWebhook row = find(id, caller);
        return new ProblemException(Problem.conflict(row.delivered()
                ? "failed webhook " + id + " has been delivered"
                : "endpoint " + row.endpointId() + " of failed webhook " + id + " does not exist any more"));
    }

    @PostMapping("/resend")
    @Operation(operationId = "resendFailedWebhooks", summary = "Make all failed deliveries that the filter means due now")
    @RequiredScope(Scope.WRITE)
    @ResponseStatus(HttpStatus.ACCEPTED)
    Resent resendAll(@JsonBody(schema = "FailureFilter") ObjectNode body, Caller caller) {
        FailureFilter filter = FailureFilter.read(new Fields(body, new FieldErrors()));
        int resent = 0;
        UUID last = null;
        List<UUID> batch;
        do {
            batch = resendBatch(filter, caller, last);
            resent += batch.size();
            last = batch.isEmpty() ? last : batch.getLast();
        } while (batch.size() == FailureRows.BATCH);
        return new Resent(resent);
    }

    /** Each batch commits by itself, so that locks stay short, and has an entry of its own in the audit log. */
    private List<UUID> resendBatch(FailureFilter filter, Caller caller, UUID after) {
        return transaction.execute(_ -> {
            List<UUID> batch = rows.resendBatch(filter, caller, after, retry.maxAge());
            if (!batch.isEmpty()) {
                changes.record(caller, filter.describe(Change.of("failed_webhooks.resent", "failed_webhooks", null,
                        caller.tenant()).with("resent", batch.size())));
            }
            return batch;
        });
    }

    /** @param resent rows that are due now */
    record Resent(int resent) {}

    @DeleteMapping("/{id}")
    @Operation(operationId = "discardFailedWebhook", summary = "Give a failed delivery up")
    @MayConflict
    @RequiredScope(Scope.WRITE)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void discard(@PathVariable String id, @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) String ifMatch,
            Caller caller) {
        FailedWebhook row = find(id, caller);
        row.tag().require(ifMatch);
        boolean discarded = transaction.execute(_ -> {
            boolean done = rows.discard(row.id());
            if (done) {
                record(caller, "failed_webhook.discarded", row, FailureStatus.DISCARDED.wireName());
            }
            return done;
        });
        if (!discarded && find(id, caller).delivered()) {
            throw new ProblemException(Problem.conflict("failed webhook " + id + " has been delivered"));
        }
    }

    private FailedWebhook find(String id, Caller caller) {
        return rows.find(Ids.ofPath("failed webhook", id), caller)
                .orElseThrow(() -> new ProblemException(Problem.notFound("failed webhook", id)));
    }

    private static FailedWebhook answer(FailedWebhook row, HttpServletResponse response) {
        response.setHeader(HttpHeaders.ETAG, row.tag().header());
        return row;
    }
}

package io.offhook.api.call;

import java.util.Map;

import io.offhook.api.input.Cursor;
import io.offhook.api.input.Fields;
import io.offhook.api.input.JsonBody;
import io.offhook.api.input.Page;
import io.offhook.api.input.PageRequest;
import io.offhook.api.input.Query;
import io.offhook.api.problem.FieldErrors;
import io.offhook.api.problem.Problem;
import io.offhook.api.problem.ProblemException;
import io.offhook.api.security.Caller;
import io.offhook.api.security.ChangeLog;
import io.offhook.api.security.RequiredScope;
import io.offhook.api.security.Scope;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.HttpStatus;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ObjectNode;

/** Routes below {@code /api/v1/calls}. */
@RestController
@Tag(name = "calls", description = "legs, as their events tell them")
@RequestMapping(path = "/api/v1/calls", produces = "application/json")
class CallController {

    private static final String LIST = "calls";
    private static final int MAX_LEG = 1_100;

    private final CallRows rows;
    private final Timelines timelines;
    private final ProjectorBooks books;
    private final TransactionTemplate transaction;
    private final ChangeLog changes;

    CallController(CallRows rows, Timelines timelines, ProjectorBooks books, PlatformTransactionManager transactions,
            ChangeLog changes) {
        this.rows = rows;
        this.timelines = timelines;
        this.books = books;
        this.transaction = new TransactionTemplate(transactions);
        this.changes = changes;
    }

    @GetMapping
    @Operation(operationId = "listCalls", summary = "List calls, newest first", description = "One entry per leg (channel): a bridged call is two. An event is in the list about a second after it is in the topic.")
    @Parameter(name = "tenant", in = ParameterIn.QUERY, description = "of the call; a tenant's key sees its own alone", schema = @Schema(type = "string"))
    @Parameter(name = "number", in = ParameterIn.QUERY, description = "callee, caller id or ANI, exactly", schema = @Schema(type = "string"))
    @Parameter(name = "direction", in = ParameterIn.QUERY, description = "which way the call goes", schema = @Schema(type = "string", allowableValues = {
            "inbound", "outbound", "local"}))
    @Parameter(name = "hangup_cause", in = ParameterIn.QUERY, description = "such as NORMAL_CLEARING, exactly", schema = @Schema(type = "string"))
    @Parameter(name = "since", in = ParameterIn.QUERY, description = "of call_start, included; RFC 3339", schema = @Schema(type = "string", format = "date-time"))
    @Parameter(name = "until", in = ParameterIn.QUERY, description = "of call_start, excluded; RFC 3339", schema = @Schema(type = "string", format = "date-time"))
    @RequiredScope(Scope.READ)
    Page<Call> list(HttpServletRequest request, Caller caller) {
        var query = new Query(request);
        PageRequest page = PageRequest.read(LIST, query);
        CallFilter filter = CallFilter.read(query.fields(), caller);
        return Page.of(rows.list(filter, page), page, row -> new Cursor(row.call().callStart(), row.id()))
                .map(StoredCall::call);
    }

    @GetMapping("/{uuid}")
    @Operation(operationId = "getCall", summary = "Read a call's timeline", description = "The leg's events, their times and every delivery of each; of its attempts the newest 1,000. Of a uuid that was used again the newest leg is answered unless `leg` names another.")
    @Parameter(name = "leg", in = ParameterIn.QUERY, description = "one of `legs`", schema = @Schema(type = "string"))
    @RequiredScope(Scope.READ)
    CallTimeline get(@PathVariable String uuid, Caller caller, HttpServletRequest request) {
        Fields fields = new Query(request).fields();
        String leg = fields.text("leg", 1, MAX_LEG, null);
        fields.finish();
        if (uuid.indexOf('\0') >= 0) {
            throw new ProblemException(Problem.notFound("call", "with a NUL character"));
        }
        return timelines.of(uuid, leg, caller)
                .orElseThrow(() -> new ProblemException(Problem.notFound("call", Fields.shortened(uuid))));
    }

    @PostMapping("/rebuild")
    @Operation(operationId = "rebuildCalls", summary = "Read the events topic anew into the calls and their statistics", description = "Goes on in the background. Needs a key without a tenant.")
    @RequiredScope(Scope.ADMIN)
    @ResponseStatus(HttpStatus.ACCEPTED)
    Rebuild rebuild(@JsonBody(schema = "CallRebuild", optional = true) ObjectNode body, Caller caller) {
        if (caller.tenant() != null) {
            throw new ProblemException(Problem.forbidden("calls of all tenants are rebuilt by a key without a tenant"));
        }
        var fields = new Fields(body, new FieldErrors());
        boolean emptied = fields.flag("empty", false);
        fields.finish();
        transaction.executeWithoutResult(_ -> books.resetAll(emptied));
        changes.changed(caller, "calls.rebuilt", Map.of("empty", emptied));
        return new Rebuild(emptied);
    }

    /** @param empty whether the tables were emptied first */
    @Schema(name = "CallRebuildStarted")
    record Rebuild(boolean empty) {}
}

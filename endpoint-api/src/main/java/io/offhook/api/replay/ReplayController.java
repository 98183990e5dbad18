package io.offhook.api.replay;

import java.time.Clock;
import java.util.Map;
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
import io.offhook.api.security.ChangeLog;
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
import tools.jackson.databind.node.ObjectNode;

/** Routes below {@code /api/v1/replays}. */
@RestController
@Tag(name = "replays", description = "events of a time range, delivered to an endpoint again")
@RequestMapping(path = ReplayController.PATH, produces = "application/json")
@EnableConfigurationProperties(ReplayLimits.class)
class ReplayController {

    static final String PATH = "/api/v1/replays";

    private static final String LIST = "replays";

    private final ReplayRows rows;
    private final ReplayLimits limits;
    private final TransactionTemplate transaction;
    private final ChangeLog changes;
    private final Clock clock;

    ReplayController(ReplayRows rows, ReplayLimits limits, TransactionTemplate transaction, ChangeLog changes,
            Clock clock) {
        this.rows = rows;
        this.limits = limits;
        this.transaction = transaction;
        this.changes = changes;
        this.clock = clock;
    }

    @PostMapping
    @Operation(operationId = "createReplay", summary = "Deliver the events of a time range to an endpoint again", description = "Only what the endpoint subscribes to now; `uuid` and `action` narrow it. One delivery at a time, when nothing live and no "
            + "retry wants to go. Webhooks bear `offhook-replay-id`; their `webhook-id` is what it was.")
    @ApiResponse(responseCode = "404", description = "Not Found", content = @Content(mediaType = "application/problem+json", schema = @Schema(ref = "#/components/schemas/Problem")))
    @MayConflict
    @RequiredScope(Scope.WRITE)
    @ResponseStatus(HttpStatus.ACCEPTED)
    Replay create(@JsonBody(schema = "NewReplay") ObjectNode body, Caller caller, HttpServletResponse response) {
        WantedReplay wanted = WantedReplay.read(new Fields(body, new FieldErrors()), clock);
        UUID id = UUID.randomUUID();
        transaction.executeWithoutResult(_ -> insert(id, wanted, caller));
        changes.changed(caller, "replay.created", Map.of("replay_id", id, "endpoint_id", wanted.endpoint()));
        response.setHeader(HttpHeaders.LOCATION, PATH + "/" + id);
        return answer(find(id.toString(), caller), response);
    }

    private void insert(UUID id, WantedReplay wanted, Caller caller) {
        int open = rows.countOpenWhileLocked(wanted.endpoint());
        if (!rows.insert(id, wanted, caller)) {
            throw new ProblemException(Problem.notFound("endpoint", wanted.endpoint().toString()));
        }
        if (open >= limits.maxOpenPerEndpoint()) {
            throw new ProblemException(Problem.conflict("endpoint " + wanted.endpoint() + " has " + open
                    + " replays that wait or run (at most " + limits.maxOpenPerEndpoint() + ")"));
        }
    }

    @GetMapping
    @Operation(operationId = "listReplays", summary = "List replays, newest first")
    @Parameter(name = "endpoint_id", in = ParameterIn.QUERY, description = "of the endpoint", schema = @Schema(format = "uuid", type = "string"))
    @Parameter(name = "status", in = ParameterIn.QUERY, description = "where the replay stands", schema = @Schema(type = "string", allowableValues = {
            "pending", "running", "completed", "cancelled", "failed"}))
    @RequiredScope(Scope.READ)
    Page<Replay> list(HttpServletRequest request, Caller caller) {
        var query = new Query(request);
        PageRequest page = PageRequest.read(LIST, query);
        Fields fields = query.fields();
        UUID endpoint = fields.uuid("endpoint_id");
        ReplayStatus status = fields.choice("status", ReplayStatus.class, ReplayStatus::wireName);
        fields.finish();
        return Page.of(rows.list(endpoint, status, caller, page), page, row -> new Cursor(row.createdAt(), row.id()));
    }

    @GetMapping("/{id}")
    @Operation(operationId = "getReplay", summary = "Read how far a replay has come")
    @RequiredScope(Scope.READ)
    Replay get(@PathVariable String id, Caller caller, HttpServletResponse response) {
        return answer(find(id, caller), response);
    }

    @DeleteMapping("/{id}")
    @Operation(operationId = "cancelReplay", summary = "Cancel a replay; it stops within seconds and stays in the list")
    @MayConflict
    @RequiredScope(Scope.WRITE)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void cancel(@PathVariable String id, @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) String ifMatch,
            Caller caller) {
        Replay replay = find(id, caller);
        replay.tag().require(ifMatch);
        if (rows.cancel(replay.id())) {
            changes.changed(caller, "replay.cancelled",
                    Map.of("replay_id", replay.id(), "endpoint_id", replay.endpointId()));
        } else if (!find(id, caller).hasStatus(ReplayStatus.CANCELLED)) {
            throw new ProblemException(Problem.conflict("replay " + id + " has ended"));
        }
    }

    private Replay find(String id, Caller caller) {
        return rows.find(Ids.ofPath("replay", id), caller)
                .orElseThrow(() -> new ProblemException(Problem.notFound("replay", id)));
    }

    private static Replay answer(Replay replay, HttpServletResponse response) {
        response.setHeader(HttpHeaders.ETAG, replay.tag().header());
        return replay;
    }
}

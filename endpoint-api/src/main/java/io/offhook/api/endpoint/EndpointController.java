package io.offhook.api.endpoint;

import java.time.Duration;

import io.offhook.api.delivery.Delivery;
import io.offhook.api.input.Cursor;
import io.offhook.api.input.Fields;
import io.offhook.api.input.Ids;
import io.offhook.api.input.JsonBody;
import io.offhook.api.input.MayConflict;
import io.offhook.api.input.MergePatch;
import io.offhook.api.input.Page;
import io.offhook.api.input.PageRequest;
import io.offhook.api.input.Query;
import io.offhook.api.problem.FieldErrors;
import io.offhook.api.security.Caller;
import io.offhook.api.security.RequiredScope;
import io.offhook.api.security.Scope;
import io.offhook.model.CallAction;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ObjectNode;

/** Routes below {@code /api/v1/endpoints}. */
@RestController
@Tag(name = "endpoints", description = "where webhooks go")
@RequestMapping(path = EndpointController.PATH, produces = "application/json")
class EndpointController {

    static final String PATH = "/api/v1/endpoints";

    private static final String LIST = "endpoints";
    private static final int MAX_GRACE_SEC = 604_800;
    private static final int DEFAULT_GRACE_SEC = 86_400;

    private final Endpoints endpoints;
    private final EndpointRows rows;
    private final EndpointReader reader;
    private final EndpointTester tester;

    EndpointController(Endpoints endpoints, EndpointRows rows, EndpointReader reader, EndpointTester tester) {
        this.endpoints = endpoints;
        this.rows = rows;
        this.reader = reader;
        this.tester = tester;
    }

    @PostMapping
    @Operation(operationId = "createEndpoint", summary = "Register an endpoint; the answer alone shows its secret")
    @RequiredScope(Scope.WRITE)
    @ResponseStatus(HttpStatus.CREATED)
    EndpointView create(@JsonBody(schema = "NewEndpoint") ObjectNode body, Caller caller,
            HttpServletResponse response) {
        var wanted = reader.readNew(body, caller);
        RegisteredEndpoint created = endpoints.create(wanted, caller);
        tag(response, created);
        response.setHeader(HttpHeaders.LOCATION, PATH + "/" + created.id());
        return EndpointView.of(created, wanted.secret().reveal());
    }

    @GetMapping
    @Operation(operationId = "listEndpoints", summary = "List endpoints, oldest first")
    @RequiredScope(Scope.READ)
    Page<EndpointView> list(HttpServletRequest request, Caller caller) {
        var query = new Query(request);
        PageRequest page = PageRequest.read(LIST, query);
        query.fields().finish();
        return Page.of(rows.list(caller, page), page, row -> new Cursor(row.createdAt(), row.id()))
                .map(EndpointView::of);
    }

    @GetMapping("/{id}")
    @Operation(operationId = "getEndpoint", summary = "Read an endpoint")
    @RequiredScope(Scope.READ)
    EndpointView get(@PathVariable String id, Caller caller, HttpServletResponse response) {
        return answer(endpoints.get(Ids.ofPath("endpoint", id), caller), response);
    }

    @PutMapping("/{id}")
    @Operation(operationId = "replaceEndpoint", summary = "Replace what was chosen about an endpoint")
    @RequiredScope(Scope.WRITE)
    EndpointView replace(@PathVariable String id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) String ifMatch,
            @JsonBody(schema = "EndpointConfig") ObjectNode body, Caller caller, HttpServletResponse response) {
        var uuid = Ids.ofPath("endpoint", id);
        endpoints.get(uuid, caller).tag().require(ifMatch);
        EndpointConfig config = reader.readReplacement(body, caller);
        return answer(endpoints.change(uuid, caller, ifMatch, "endpoint.replaced", _ -> config), response);
    }

    @PatchMapping("/{id}")
    @Operation(operationId = "patchEndpoint", summary = "Change an endpoint by a JSON merge patch")
    @RequiredScope(Scope.WRITE)
    EndpointView patch(@PathVariable String id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) String ifMatch,
            @JsonBody(schema = "EndpointPatch", mergePatch = true) ObjectNode body, Caller caller,
            HttpServletResponse response) {
        ObjectNode patch = HeadersField.inLowerCase(body);
        return answer(endpoints.change(Ids.ofPath("endpoint", id), caller, ifMatch, "endpoint.patched",
                current -> reader.readReplacement(MergePatch.apply(current.config().toJson(), patch), caller)),
                response);
    }

    @DeleteMapping("/{id}")
    @Operation(operationId = "deleteEndpoint", summary = "Remove an endpoint and discard what it still had to get")
    @RequiredScope(Scope.WRITE)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable String id, @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) String ifMatch,
            Caller caller) {
        endpoints.delete(Ids.ofPath("endpoint", id), caller, ifMatch);
    }

    @PostMapping("/{id}/enable")
    @Operation(operationId = "enableEndpoint", summary = "Send to the endpoint again")
    @RequiredScope(Scope.WRITE)
    EndpointView enable(@PathVariable String id, Caller caller, HttpServletResponse response) {
        return answer(endpoints.change(Ids.ofPath("endpoint", id), caller, null, "endpoint.enabled",
                current -> current.config().withEnabled(true)), response);
    }

    @PostMapping("/{id}/disable")
    @Operation(operationId = "disableEndpoint", summary = "Send nothing to the endpoint; what is pending waits")
    @RequiredScope(Scope.WRITE)
    EndpointView disable(@PathVariable String id, Caller caller, HttpServletResponse response) {
        return answer(endpoints.change(Ids.ofPath("endpoint", id), caller, null, "endpoint.disabled",
                current -> current.config().withEnabled(false)), response);
    }

    @PostMapping("/{id}/secret/rotate")
    @Operation(operationId = "rotateSecret", summary = "Give the endpoint a new secret; the one before signs too until its grace ends")
    @RequiredScope(Scope.WRITE)
    @MayConflict
    RotationView rotateSecret(@PathVariable String id, @JsonBody(schema = "Rotation", optional = true) ObjectNode body,
            Caller caller) {
        var uuid = Ids.ofPath("endpoint", id);
        endpoints.get(uuid, caller);
        var fields = new Fields(body, new FieldErrors());
        int grace = fields.wholeNumber("grace_period_sec", 0, MAX_GRACE_SEC, DEFAULT_GRACE_SEC);
        fields.finish();
        var rotation = endpoints.rotateSecret(uuid, caller, Duration.ofSeconds(grace));
        return new RotationView(rotation.secret().reveal(), rotation.previousExpiresAt());
    }

    @PostMapping("/{id}/test")
    @Operation(operationId = "testEndpoint", summary = "Send a sample event at once and answer the attempt")
    @RequiredScope(Scope.WRITE)
    Delivery test(@PathVariable String id, @JsonBody(schema = "TestRequest", optional = true) ObjectNode body,
            Caller caller) {
        RegisteredEndpoint endpoint = endpoints.get(Ids.ofPath("endpoint", id), caller);
        var fields = new Fields(body, new FieldErrors());
        CallAction action = fields.choice("action", CallAction.class, CallAction::wireName);
        fields.finish();
        return tester.send(endpoint, action == null ? CallAction.HANGUP : action, caller);
    }

    private static EndpointView answer(RegisteredEndpoint endpoint, HttpServletResponse response) {
        tag(response, endpoint);
        return EndpointView.of(endpoint);
    }

    /**
     * Past Spring, which would answer {@code If-None-Match} with 304: the health does not move the tag, so whoever asked that way
     * would never learn that an endpoint fails.
     */
    private static void tag(HttpServletResponse response, RegisteredEndpoint endpoint) {
        response.setHeader(HttpHeaders.ETAG, endpoint.tag().header());
    }
}

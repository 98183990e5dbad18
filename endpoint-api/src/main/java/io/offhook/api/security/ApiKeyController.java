package io.offhook.api.security;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;

import io.offhook.api.input.Cursor;
import io.offhook.api.input.EntityTag;
import io.offhook.api.input.Ids;
import io.offhook.api.input.JsonBody;
import io.offhook.api.input.Page;
import io.offhook.api.input.PageRequest;
import io.offhook.api.input.Query;
import io.offhook.api.problem.Problem;
import io.offhook.api.problem.ProblemException;
import io.swagger.v3.oas.annotations.Operation;
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
import tools.jackson.databind.node.ObjectNode;

/** Routes below {@code /api/v1/api-keys}. */
@RestController
@Tag(name = "API keys", description = "who may call")
@RequestMapping(path = ApiKeyController.PATH, produces = "application/json")
class ApiKeyController {

    static final String PATH = "/api/v1/api-keys";

    private static final String LIST = "api-keys";
    private static final String PREFIX = "ohk_";
    private static final int KEY_BYTES = 32;
    /** {@code ohk_} and 6 of 43 characters: enough to tell keys apart, 222 random bits are left. */
    private static final int SHOWN = 10;
    /** A key never changes, so its tag does not either. */
    private static final EntityTag TAG = EntityTag.ofVersion(1);

    private final ApiKeyRows keys;
    private final ChangeLog changes;
    private final Clock clock;
    private final TransactionTemplate transaction;
    private final SecureRandom random = new SecureRandom();

    ApiKeyController(ApiKeyRows keys, ChangeLog changes, Clock clock, TransactionTemplate transaction) {
        this.keys = keys;
        this.changes = changes;
        this.clock = clock;
        this.transaction = transaction;
    }

    @PostMapping
    @Operation(operationId = "createApiKey", summary = "Make a key; the answer alone shows it")
    @RequiredScope(Scope.ADMIN)
    @ResponseStatus(HttpStatus.CREATED)
    ApiKeyView create(@JsonBody(schema = "NewApiKey") ObjectNode body, Caller caller, HttpServletResponse response) {
        ApiKeyRequest wanted = ApiKeyRequest.read(body, caller, clock);
        String key = newKey();
        ApiKey created = transaction.execute(_ -> {
            ApiKey row = keys.insert(wanted, key.substring(0, SHOWN), KeyHash.of(key));
            changes.record(caller, change("api_key.created", row).to(row.toJson()));
            return row;
        });
        response.setHeader(HttpHeaders.ETAG, TAG.header());
        response.setHeader(HttpHeaders.LOCATION, PATH + "/" + created.id());
        return ApiKeyView.of(created, key);
    }

    private String newKey() {
        var bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @GetMapping
    @Operation(operationId = "listApiKeys", summary = "List keys, oldest first")
    @RequiredScope(Scope.ADMIN)
    Page<ApiKeyView> list(HttpServletRequest request, Caller caller) {
        var query = new Query(request);
        PageRequest page = PageRequest.read(LIST, query);
        query.fields().finish();
        return Page.of(keys.list(caller, page), page, key -> new Cursor(key.createdAt(), key.id())).map(ApiKeyView::of);
    }

    @GetMapping("/{id}")
    @Operation(operationId = "getApiKey", summary = "Read what is known of a key")
    @RequiredScope(Scope.ADMIN)
    ApiKeyView get(@PathVariable String id, Caller caller, HttpServletResponse response) {
        ApiKey key = keys.find(Ids.ofPath("API key", id), caller).orElseThrow(() -> notFound(id));
        // Not through ResponseEntity, which would answer If-None-Match with 304 although last_used_at has moved.
        response.setHeader(HttpHeaders.ETAG, TAG.header());
        return ApiKeyView.of(key);
    }

    @DeleteMapping("/{id}")
    @Operation(operationId = "deleteApiKey", summary = "Remove a key; it opens nothing from then on")
    @RequiredScope(Scope.ADMIN)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable String id, @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) String ifMatch,
            Caller caller) {
        ApiKey key = keys.find(Ids.ofPath("API key", id), caller).orElseThrow(() -> notFound(id));
        TAG.require(ifMatch);
        transaction.executeWithoutResult(_ -> {
            if (!keys.delete(key.id(), caller)) {
                throw notFound(id);
            }
            changes.record(caller, change("api_key.deleted", key).from(key.toJson()));
        });
    }

    private static Change change(String action, ApiKey key) {
        return Change.of(action, "api_key", key.id(), key.tenant()).with("api_key_name", key.name());
    }

    private static ProblemException notFound(String id) {
        return new ProblemException(Problem.notFound("API key", id));
    }
}

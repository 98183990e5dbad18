package io.offhook.api.security;

import io.offhook.api.input.Cursor;
import io.offhook.api.input.Page;
import io.offhook.api.input.PageRequest;
import io.offhook.api.input.Query;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Route {@code /api/v1/audit-log}. */
@RestController
@Tag(name = "audit log", description = "who changed what over this API")
@RequestMapping(path = "/api/v1/audit-log", produces = "application/json")
class AuditLogController {

    private static final String LIST = "audit-log";

    private final AuditLogRows rows;

    AuditLogController(AuditLogRows rows) {
        this.rows = rows;
    }

    @GetMapping
    @Operation(operationId = "listAuditLog", summary = "List changes, newest first", description = "A tenant's key sees what"
            + " was changed of its tenant, also by others. What dispatchers do by themselves, such as disabling an endpoint"
            + " that answered 410, is not in it.")
    @Parameter(name = "key_id", in = ParameterIn.QUERY, description = "of the API key that made the change", schema = @Schema(type = "string", minLength = 1, maxLength = 200))
    @Parameter(name = "action", in = ParameterIn.QUERY, description = "such as `endpoint.patched`", schema = @Schema(type = "string", minLength = 1, maxLength = 200))
    @Parameter(name = "resource_type", in = ParameterIn.QUERY, description = "such as `endpoint`", schema = @Schema(type = "string", minLength = 1, maxLength = 200))
    @Parameter(name = "resource_id", in = ParameterIn.QUERY, description = "of what was changed", schema = @Schema(type = "string", minLength = 1, maxLength = 200))
    @Parameter(name = "since", in = ParameterIn.QUERY, description = "of changed_at, included; RFC 3339", schema = @Schema(type = "string", format = "date-time"))
    @Parameter(name = "until", in = ParameterIn.QUERY, description = "of changed_at, excluded; RFC 3339", schema = @Schema(type = "string", format = "date-time"))
    @RequiredScope(Scope.ADMIN)
    Page<AuditEntry> list(HttpServletRequest request, Caller caller) {
        var query = new Query(request);
        PageRequest page = PageRequest.read(LIST, query);
        AuditFilter filter = AuditFilter.read(query.fields());
        return Page.of(rows.list(filter, caller, page), page, entry -> new Cursor(entry.changedAt(), entry.id()));
    }
}

package io.offhook.api.delivery;

import io.offhook.api.input.Cursor;
import io.offhook.api.input.Page;
import io.offhook.api.input.PageRequest;
import io.offhook.api.input.Query;
import io.offhook.api.security.Caller;
import io.offhook.api.security.RequiredScope;
import io.offhook.api.security.Scope;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Routes below {@code /api/v1/deliveries}. */
@RestController
@Tag(name = "deliveries", description = "every attempt, successful or not")
@RequestMapping(path = "/api/v1/deliveries", produces = "application/json")
class DeliveryController {

    private static final String LIST = "deliveries";

    private final DeliveryRows rows;

    DeliveryController(DeliveryRows rows) {
        this.rows = rows;
    }

    @GetMapping
    @Operation(operationId = "listDeliveries", summary = "List attempts to deliver, newest first", description = "An attempt is in the list about a second after it was made.")
    @Parameter(name = "endpoint_id", in = ParameterIn.QUERY, description = "of the endpoint", schema = @Schema(format = "uuid", type = "string"))
    @Parameter(name = "uuid", in = ParameterIn.QUERY, description = "of the leg", schema = @Schema(type = "string"))
    @Parameter(name = "action", in = ParameterIn.QUERY, description = "of the event", schema = @Schema(type = "string", allowableValues = {
            "originate", "answer", "hangup"}))
    @Parameter(name = "outcome", in = ParameterIn.QUERY, description = "how the attempt ended", schema = @Schema(type = "string", allowableValues = {
            "delivered", "failed"}))
    @Parameter(name = "since", in = ParameterIn.QUERY, description = "of attempted_at, included; RFC 3339", schema = @Schema(type = "string", format = "date-time"))
    @Parameter(name = "until", in = ParameterIn.QUERY, description = "of attempted_at, excluded; RFC 3339", schema = @Schema(type = "string", format = "date-time"))
    @RequiredScope(Scope.READ)
    Page<Delivery> list(HttpServletRequest request, Caller caller) {
        var query = new Query(request);
        PageRequest page = PageRequest.read(LIST, query);
        DeliveryFilter filter = DeliveryFilter.read(query.fields());
        return Page.of(rows.list(filter, caller, page), page, row -> new Cursor(row.attemptedAt(), row.id()));
    }
}

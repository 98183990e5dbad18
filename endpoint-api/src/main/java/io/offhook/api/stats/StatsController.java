package io.offhook.api.stats;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /api/v1/stats}. */
@RestController
@Tag(name = "statistics", description = "calls and deliveries over time")
@RequestMapping(path = "/api/v1/stats", produces = "application/json")
class StatsController {

    private final StatsRows rows;
    private final Clock clock;
    private final TransactionTemplate snapshot;

    StatsController(StatsRows rows, Clock clock, PlatformTransactionManager transactions) {
        this.rows = rows;
        this.clock = clock;
        // What is under way and what was counted must be of one moment.
        this.snapshot = new TransactionTemplate(transactions);
        snapshot.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
        snapshot.setReadOnly(true);
    }

    @GetMapping
    @Operation(operationId = "getStats", summary = "Read calls and deliveries over time", description = "A point per step of UTC that the range touches, at most 1,500, each with what began or was attempted in it. Answered, duration and causes are of the calls that began in the step, so its numbers move until these have ended.")
    @Parameter(name = "from", in = ParameterIn.QUERY, description = "included; RFC 3339; by default 24 hours before `to`", schema = @Schema(type = "string", format = "date-time"))
    @Parameter(name = "to", in = ParameterIn.QUERY, description = "excluded; RFC 3339; by default now", schema = @Schema(type = "string", format = "date-time"))
    @Parameter(name = "step", in = ParameterIn.QUERY, description = "by default the finest with at most 300 points", schema = @Schema(type = "string", allowableValues = {
            "1m", "5m", "15m", "1h", "1d"}))
    @Parameter(name = "tenant", in = ParameterIn.QUERY, description = "a tenant's key sees its own alone; all by default", schema = @Schema(type = "string"))
    @Parameter(name = "endpoint_id", in = ParameterIn.QUERY, description = "the deliveries of one endpoint alone", schema = @Schema(type = "string", format = "uuid"))
    @RequiredScope(Scope.READ)
    StatsView get(HttpServletRequest request, Caller caller) {
        StatsQuery query = StatsQuery.read(new Query(request).fields(), caller, clock.instant());
        return snapshot.execute(_ -> read(query));
    }

    private StatsView read(StatsQuery query) {
        var total = new Statistics();
        List<Statistics> points = new ArrayList<>(
                Stream.generate(Statistics::new).limit(query.points()).toList());
        boolean calls = query.endpointId() == null;
        if (calls) {
            readCalls(query, points, total);
        }
        rows.deliveries(query).forEach(counts -> {
            points.get(query.pointOf(counts.at())).add(counts);
            total.add(counts);
        });
        Function<Statistics, StatsView.Numbers> numbers = calls ? Statistics::ofAll : Statistics::ofDeliveries;
        return new StatsView(query.from(), query.to(), query.step().wireName(), query.tenant(), query.endpointId(),
                numbers.apply(total), IntStream.range(0, query.points())
                        .mapToObj(i -> new StatsView.Point(query.startOf(i), numbers.apply(points.get(i)))).toList());
    }

    private void readCalls(StatsQuery query, List<Statistics> points, Statistics total) {
        rows.causes(query).forEach(cause -> {
            points.get(query.pointOf(cause.at())).add(cause);
            total.add(cause);
        });
        long open = rows.openAt(query.from(), query.tenant());
        int point = 0;
        points.getFirst().sawConcurrent(open);
        total.sawConcurrent(open);
        for (StatsRows.CallCounts counts : rows.calls(query)) {
            int at = query.pointOf(counts.at());
            // What was under way goes on through steps in which nothing began or ended.
            for (; point < at; point++) {
                points.get(point + 1).sawConcurrent(open);
            }
            open += counts.calls() - counts.ended();
            points.get(at).sawConcurrent(open);
            points.get(at).add(counts);
            total.add(counts);
            total.sawConcurrent(open);
        }
        for (; point < points.size() - 1; point++) {
            points.get(point + 1).sawConcurrent(open);
        }
    }
}

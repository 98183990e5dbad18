package io.offhook.chaos;

import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import io.offhook.chaos.DeliveryAudit.Delay;
import io.offhook.chaos.StoreOutage.Span;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class StoreOutageTest {

    /** Away from 1000 on, of which 2000 to 3000 are a hand-over, and back at 10000. */
    private static final StoreOutage OUTAGE = new StoreOutage("PostgreSQL", new Span(0, 1_000), new Span(1_000, 9_000),
            new Span(2_000, 3_000), 10_000);

    /** Ten before, ten in the hand-over and ten in the rest of the outage, that take so long; sorted as findings are. */
    private static List<Delay> delays(long before, long inHandOver, long away) {
        return LongStream.range(0, 10).boxed().flatMap(i -> Stream.of(new Delay(i, before),
                new Delay(2_000 + i, inHandOver), new Delay(4_000 + i, away)))
                .sorted((one, other) -> Long.compare(one.millis(), other.millis())).toList();
    }

    @Test
    void hasNothingToSayWhereNobodyNoticed() {
        assertThat(OUTAGE.violations(delays(10, 4_000, 12))).isEmpty();
        assertThat(OUTAGE.counts(delays(10, 4_000, 12))).isEqualTo("while PostgreSQL was away for 9 s 20 deliveries to"
                + " healthy endpoints before it was back, p50 12 ms (before 10 ms)");
    }

    @Test
    void countsWhatCameOnlyAfterTheStoreWasBack() {
        assertThat(OUTAGE.violations(delays(10, 8_000, 12)))
                .containsExactly("10 of 20 deliveries to healthy endpoints waited for PostgreSQL");
    }

    @Test
    void complainsWhereNothingCouldShow() {
        assertThat(OUTAGE.violations(List.of(new Delay(1, 10), new Delay(9_500, 10))))
                .containsExactly("nothing was delivered of what came while PostgreSQL was away");
    }

    @Test
    void seesThatAllWereSlowInTime() {
        assertThat(OUTAGE.violations(delays(10, 10, 300))).isEmpty();
        assertThat(OUTAGE.violations(delays(10, 10, 301)))
                .containsExactly("healthy endpoints were slow while PostgreSQL"
                        + " was away: p50 301 ms, more than 5 times the 10 ms before and 250 ms");
    }
}

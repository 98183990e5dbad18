package io.offhook.api.endpoint;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;

import io.offhook.api.endpoint.EndpointReader.NewEndpoint;
import io.offhook.api.failure.FailureRows;
import io.offhook.api.problem.FieldError;
import io.offhook.api.problem.Problem;
import io.offhook.api.problem.ProblemException;
import io.offhook.api.security.Caller;
import io.offhook.api.security.Change;
import io.offhook.api.security.ChangeLog;
import io.offhook.api.settings.ApiSettings;
import io.offhook.sender.SigningSecret;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * What can be done to endpoints. A change is computed from the version read before and written only if that is still the version, so
 * that no lock is held while a name server is asked; otherwise it is computed anew.
 */
@Service
class Endpoints {

    private static final Logger log = LoggerFactory.getLogger(Endpoints.class);

    static final String MANUAL = "manual";

    /** Tries of a change under contention; each loses only to one that won. */
    private static final int MAX_TRIES = 20;

    /** Each valid secret signs every request, and rotations can be as fast as the client. */
    private static final int MAX_SECRETS = 10;

    private final EndpointRows rows;
    private final SecretRows secrets;
    private final FailureRows failures;
    private final TransactionTemplate transaction;
    private final ApiSettings settings;
    private final ChangeLog changes;

    Endpoints(EndpointRows rows, SecretRows secrets, FailureRows failures, TransactionTemplate transaction,
            ApiSettings settings, ChangeLog changes) {
        this.rows = rows;
        this.secrets = secrets;
        this.failures = failures;
        this.transaction = transaction;
        this.settings = settings;
        this.changes = changes;
    }

    /** @throws ProblemException 404, also for what the caller does not see */
    RegisteredEndpoint get(UUID id, Caller caller) {
        return rows.find(id, caller)
                .orElseThrow(() -> new ProblemException(Problem.notFound("endpoint", id.toString())));
    }

    RegisteredEndpoint create(NewEndpoint endpoint, Caller caller) {
        UUID id = UUID.randomUUID();
        transaction.executeWithoutResult(_ -> {
            requireRoom(endpoint.config().tenant());
            rows.insert(id, endpoint.config());
            secrets.insert(id, endpoint.secret());
            changes.record(caller, change("endpoint.created", id, endpoint.config().tenant())
                    .to(AuditState.of(endpoint.config())));
        });
        return get(id, caller);
    }

    /**
     * @param what the action that the audit log shows
     * @param change from what is there to what shall be; may be called again
     * @throws ProblemException 404; 412 when {@code ifMatch} names other versions; 400 for a full tenant
     */
    RegisteredEndpoint change(UUID id, Caller caller, String ifMatch, String what,
            Function<RegisteredEndpoint, EndpointConfig> change) {
        for (int i = 0; i < MAX_TRIES; i++) {
            RegisteredEndpoint current = get(id, caller);
            current.tag().require(ifMatch);
            EndpointConfig config = change.apply(current);
            if (config.equals(current.config())) {
                return current;
            }
            if (write(current, config, caller, what)) {
                return get(id, caller);
            }
        }
        throw contended(id);
    }

    private boolean write(RegisteredEndpoint current, EndpointConfig config, Caller caller, String what) {
        String reason = config.enabled() ? null : current.disabledReason() == null ? MANUAL : current.disabledReason();
        return transaction.execute(_ -> {
            if (!Objects.equals(current.config().tenant(), config.tenant())) {
                requireRoom(config.tenant());
            }
            if (!rows.update(current, config, reason)) {
                return false;
            }
            rows.probeNow(current.id());
            // A move between tenants is told to neither: each would see the other's name.
            String tenant = Objects.equals(current.config().tenant(), config.tenant()) ? config.tenant() : null;
            changes.record(caller, change(what, current.id(), tenant).from(AuditState.of(current.config()))
                    .to(AuditState.changed(current.config(), config)));
            return true;
        });
    }

    private static Change change(String what, UUID id, String tenant) {
        return Change.of(what, "endpoint", id, tenant);
    }

    private void requireRoom(String tenant) {
        int limit = tenant == null ? settings.maxGlobalEndpoints() : settings.maxEndpointsPerTenant();
        int count = rows.countWhileLocked(tenant);
        if (count >= limit) {
            String whose = tenant == null ? "without a tenant" : "of tenant \"" + tenant + "\"";
            throw new ProblemException(Problem.badRequest(List.of(new FieldError("tenant",
                    "there are " + count + " endpoints " + whose + " (expected: at most " + limit + ")"))));
        }
    }

    /**
     * The endpoint goes first, so that no dispatcher sends for it any more; then its open rows are discarded, however many they are.
     */
    void delete(UUID id, Caller caller, String ifMatch) {
        for (int i = 0; i < MAX_TRIES; i++) {
            RegisteredEndpoint current = get(id, caller);
            current.tag().require(ifMatch);
            if (remove(current, caller)) {
                int discarded = failures.discardOpenRowsOf(id);
                log.atInfo().addKeyValue("endpoint_id", id).addKeyValue("rows_discarded", discarded)
                        .log("discarded what a deleted endpoint still had to get");
                return;
            }
        }
        throw contended(id);
    }

    private boolean remove(RegisteredEndpoint current, Caller caller) {
        return transaction.execute(_ -> {
            if (!rows.delete(current)) {
                return false;
            }
            changes.record(caller, change("endpoint.deleted", current.id(), current.config().tenant())
                    .from(AuditState.of(current.config())));
            return true;
        });
    }

    private static ProblemException contended(UUID id) {
        return new ProblemException(Problem.conflict("endpoint " + id + " is being changed by others; try again"));
    }

    /** @param previousExpiresAt when the secret before stops signing; {@code null} when it has stopped */
    record Rotation(SigningSecret secret, Instant previousExpiresAt) {}

    /** @param grace how long the secret before goes on signing; none: all others stop at once, as after a leak */
    Rotation rotateSecret(UUID id, Caller caller, Duration grace) {
        get(id, caller);
        SigningSecret fresh = SigningSecret.generate();
        Instant previousExpiresAt = transaction.execute(_ -> {
            secrets.lock(id);
            String tenant = get(id, caller).config().tenant();
            secrets.removeExpired(id);
            Instant expiresAt = null;
            if (grace.isZero()) {
                secrets.removeAll(id);
            } else if (secrets.count(id) < MAX_SECRETS) {
                expiresAt = secrets.retireCurrent(id, grace);
            } else {
                throw new ProblemException(Problem.conflict("endpoint " + id + " has " + MAX_SECRETS
                        + " secrets in their grace; wait for one to end, or end all with a grace_period_sec of 0"));
            }
            secrets.insert(id, fresh);
            changes.record(caller, change("endpoint.secret_rotated", id, tenant)
                    .with("grace_period_sec", grace.toSeconds()));
            return expiresAt;
        });
        return new Rotation(fresh, previousExpiresAt);
    }
}

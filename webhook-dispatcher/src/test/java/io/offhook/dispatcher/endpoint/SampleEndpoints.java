package io.offhook.dispatcher.endpoint;

import java.net.URI;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.offhook.dispatcher.Registry;
import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import io.offhook.model.Endpoint;
import io.offhook.sender.SigningSecret;

/** Endpoints as the registry has them, without a database. */
public final class SampleEndpoints {

    private SampleEndpoints() {}

    /** @param tenant {@code null} for one that receives the events of all */
    public static RegisteredEndpoint of(UUID id, String tenant) {
        var endpoint = new Endpoint(id, tenant, URI.create("http://127.0.0.1:1/"), 1, 1,
                EnumSet.allOf(CallAction.class), EnumSet.allOf(CallDirection.class), Map.of(), 16, null, true);
        return new RegisteredEndpoint(endpoint,
                List.of(new RegisteredEndpoint.Secret(SigningSecret.parse(Registry.SECRET), null)));
    }
}

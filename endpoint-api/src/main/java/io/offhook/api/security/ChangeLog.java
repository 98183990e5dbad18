package io.offhook.api.security;

import java.util.Map;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** One wide log line per change: who, what, which. Never values, since headers and URLs may hold the receivers' credentials. */
@Component
public final class ChangeLog {

    private static final Logger log = LoggerFactory.getLogger(ChangeLog.class);

    /**
     * @param what such as {@code endpoint.created}
     * @param ids names and ids of what was changed, and counts
     */
    public void changed(Caller who, String what, Map<String, Object> ids) {
        var line = log.atInfo().addKeyValue("change", what).addKeyValue("key_id", who.keyId())
                .addKeyValue("key_name", who.keyName());
        if (who.tenant() != null) {
            line = line.addKeyValue("key_tenant", who.tenant());
        }
        for (Map.Entry<String, Object> id : ids.entrySet()) {
            line = line.addKeyValue(id.getKey(), String.valueOf(id.getValue()));
        }
        line.log("{}", what);
    }
}

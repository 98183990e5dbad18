package io.offhook.api.security;

import java.util.Locale;
import java.util.regex.Pattern;

import io.offhook.api.input.Fields;

/** The field {@code tenant} of a request: a SIP domain, compared without regard to case and kept in lower case. */
public final class TenantField {

    private static final String NAME = "tenant";
    /** The longest domain name, RFC 1035 section 2.3.4. */
    private static final int MAX = 253;
    /** Neither spaces nor control characters; what else a domain may hold is FreeSWITCH's affair. */
    private static final Pattern FORM = Pattern.compile("[^\\p{Cntrl}\\p{Z}\\s]+");

    private TenantField() {}

    /** The tenant that the caller names; their own by default, and no other than their own. */
    public static String read(Fields fields, Caller caller) {
        String given = fields.textOrNull(NAME, 1, MAX, caller.tenant());
        String tenant = given == null ? null : given.toLowerCase(Locale.ROOT);
        if (tenant != null && !FORM.matcher(tenant).matches()) {
            fields.refuse(NAME, "a SIP domain without spaces and control characters");
        } else if (!caller.sees(tenant) && !fields.errors().has(NAME)) {
            fields.refuse(NAME, "\"" + caller.tenant() + "\", the tenant of this key");
        }
        return tenant;
    }
}

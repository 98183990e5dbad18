package io.offhook.testkit.freeswitch;

/** The parameter {@code encode} of mod_json_cdr. */
public enum CdrEncoding {
    /** {@code false}, and unset: the JSON as it is, application/json. */
    RAW("application/json"),
    /** {@code base64}: {@code cdr=} and base64 in one line. */
    BASE64("application/x-www-form-base64-encoded"),
    /** {@code true}: {@code cdr=} and the broken url-encoding that leaves {@code %XX} in values as it is. */
    FORM("application/x-www-form-urlencoded");

    private final String contentType;

    CdrEncoding(String contentType) {
        this.contentType = contentType;
    }

    String contentType() {
        return contentType;
    }
}

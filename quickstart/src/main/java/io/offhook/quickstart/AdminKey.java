package io.offhook.quickstart;

import org.springframework.core.env.Environment;

/**
 * The administrator's key.
 *
 * @param origin where it comes from, in words for the user
 */
record AdminKey(String value, String origin) {

    private static final String FILE = "admin.key";

    /** The one that the variable names, or else that of the data folder, made on the first start. */
    static AdminKey of(Environment environment, DataFolder data) {
        String given = environment.getProperty("offhook.api.admin-key", "");
        return given.isEmpty()
                ? new AdminKey(data.keptOrMade(FILE, Secrets::adminKey), "kept in " + data.path().resolve(FILE))
                : new AdminKey(given, "from OFFHOOK_API_ADMIN_KEY");
    }

    /** Without the key: it must not get into a log by accident. */
    @Override
    public String toString() {
        return "AdminKey[" + origin + "]";
    }
}

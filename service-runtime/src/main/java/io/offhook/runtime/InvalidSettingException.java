package io.offhook.runtime;

/** A setting whose value cannot be used. The message is the line that the operator reads. */
public final class InvalidSettingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param property the property's canonical name, such as {@code offhook.retry.max-age}
     * @param allowed what would have been accepted, as the tail of "expected: "
     */
    public InvalidSettingException(String property, Object value, String allowed) {
        super(StartFailure.line(property, value, allowed));
    }
}

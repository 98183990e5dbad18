package io.offhook.ingestor.cdr;

/** A body that is no CDR. The message names the field that is missing or wrong and what was expected. */
public final class UnusableCdrException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean formEncoded;

    UnusableCdrException(String message) {
        this(message, false);
    }

    private UnusableCdrException(String message, boolean formEncoded) {
        super(message);
        this.formEncoded = formEncoded;
    }

    /** A form that mod_json_cdr's own encoder has damaged beyond repair. */
    static UnusableCdrException ofForm() {
        return new UnusableCdrException("the url-encoded form cannot be decoded without doubt: mod_json_cdr does not"
                + " encode a % again, so that a caller's name can forge fields (expected: raw JSON, which the parameter"
                + " encode=false of json_cdr.conf.xml gives, or encode=base64)", true);
    }

    /** Whether another encoding of the same CDR would do. */
    boolean isFormEncoded() { return formEncoded; }
}

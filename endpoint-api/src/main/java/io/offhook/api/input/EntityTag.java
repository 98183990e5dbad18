package io.offhook.api.input;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.offhook.api.problem.Problem;
import io.offhook.api.problem.ProblemException;
import org.springframework.http.HttpStatus;

/** A strong entity tag and the precondition on it, RFC 9110 sections 8.8.3 and 13.1.1. */
public record EntityTag(String opaque) {

    private static final Pattern TAG = Pattern.compile("(W/)?\"([\\x21\\x23-\\x7e\\x80-\\xff]*)\"");

    public static EntityTag ofVersion(long version) {
        return new EntityTag(Long.toString(version));
    }

    /** As it stands in the {@code ETag} header. */
    public String header() {
        return "\"" + opaque + "\"";
    }

    /**
     * @param ifMatch the header, {@code null} when it is absent; a weak tag never matches, as the comparison is strong
     * @throws ProblemException 412 when it names other versions only
     */
    public void require(String ifMatch) {
        if (ifMatch == null || ifMatch.strip().equals("*")) {
            return;
        }
        Matcher tags = TAG.matcher(ifMatch);
        while (tags.find()) {
            if (tags.group(1) == null && tags.group(2).equals(opaque)) {
                return;
            }
        }
        throw new ProblemException(Problem.of(HttpStatus.PRECONDITION_FAILED,
                "If-Match: " + Fields.shortened(ifMatch) + " (expected: " + header() + ", the present version)"));
    }
}

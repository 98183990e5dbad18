/**
 * Every error of the API as {@code application/problem+json} (RFC 9457), and the id under which the log tells more of it.
 */
package io.offhook.api.problem;

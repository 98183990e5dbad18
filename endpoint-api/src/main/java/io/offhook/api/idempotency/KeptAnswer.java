package io.offhook.api.idempotency;

import java.util.Map;

/**
 * What is known of a request that came before.
 *
 * @param fingerprint of that request
 * @param status {@code null} while it runs
 * @param headers those of the answer that say something of the resource
 * @param body encrypted
 */
record KeptAnswer(byte[] fingerprint, Integer status, Map<String, String> headers, byte[] body) {}

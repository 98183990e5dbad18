/**
 * Reads requests: strict JSON bodies, fields that each say what is wrong with them, lists with cursors, preconditions.
 */
package io.offhook.api.input;

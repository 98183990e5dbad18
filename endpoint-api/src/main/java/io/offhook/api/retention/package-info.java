/** Removes what has been kept long enough. */
package io.offhook.api.retention;

/** What {@code /v3/api-docs} says beyond what the controllers say themselves. */
package io.offhook.api.openapi;

/** {@code /api/v1/stats}: calls and deliveries over time, added up from what is counted when it happens. */
package io.offhook.api.stats;

/** Routes below {@code /api/v1/deliveries}: the history of attempts. */
package io.offhook.api.delivery;

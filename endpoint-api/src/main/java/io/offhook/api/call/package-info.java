/** Calls: the legs as the events topic tells them, kept in a table by the projector, and the routes below {@code /api/v1/calls}. */
package io.offhook.api.call;

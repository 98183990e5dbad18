/**
 * The other side of an installation that is tried out: a simulated FreeSWITCH and a receiver, which between them know what was owed and
 * what has come.
 */
package io.offhook.demo;

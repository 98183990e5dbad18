/** The command line over the REST API. */
package io.offhook.cli;

/** The record of attempts. */
package io.offhook.dispatcher.attempt;

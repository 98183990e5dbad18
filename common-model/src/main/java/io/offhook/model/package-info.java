/**
 * The words that every module speaks: call events and their ids, the record on the events topic, endpoints, topics. No Spring, no
 * input or output.
 */
package io.offhook.model;

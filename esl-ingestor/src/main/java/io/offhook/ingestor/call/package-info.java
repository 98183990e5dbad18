/** Legs: what FreeSWITCH's channel events mean for a leg, and which call events follow. No input or output. */
package io.offhook.ingestor.call;

/** All of Offhook on one machine in one process: Kafka, PostgreSQL, the three services, a FreeSWITCH and a receiver. */
package io.offhook.quickstart;

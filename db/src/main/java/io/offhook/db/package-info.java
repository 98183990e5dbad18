/** The schema and what those who write to it share: migrations, daily partitions, the steps and buckets of statistics. */
package io.offhook.db;

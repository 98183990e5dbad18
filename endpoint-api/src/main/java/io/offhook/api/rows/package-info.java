/** What all tables share. */
package io.offhook.api.rows;

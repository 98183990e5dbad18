/** What the persisters of hand-offs and of attempts share. */
package io.offhook.dispatcher.persist;

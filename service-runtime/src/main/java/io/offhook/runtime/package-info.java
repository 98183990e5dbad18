/**
 * What the services share around their work: how they start, refuse bad settings in one line, log as JSON, and find their topics.
 */
package io.offhook.runtime;

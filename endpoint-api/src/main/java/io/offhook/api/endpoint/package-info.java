/** Where users want webhooks: registration, secrets, enabling and the test event. */
package io.offhook.api.endpoint;

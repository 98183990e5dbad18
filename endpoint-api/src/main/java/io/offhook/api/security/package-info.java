/** Who calls and what they may do: bearer keys, their scopes and tenants, and their administration. */
package io.offhook.api.security;

/** The settings of the API, checked when it starts. */
package io.offhook.api.settings;

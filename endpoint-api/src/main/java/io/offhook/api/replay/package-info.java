/** Replays as users ask for them and see them; dispatchers run them. */
package io.offhook.api.replay;

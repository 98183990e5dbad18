/** The wire: bytes of a FreeSWITCH event socket become frames and events. Knows nothing of calls. */
package io.offhook.ingestor.esl;

package io.offhook.ingestor.cdr;

import io.offhook.model.CallDirection;

/**
 * What FreeSWITCH's mod_json_cdr says of a leg that has ended. Texts that FreeSWITCH did not give are {@code null}; times are
 * microseconds since the epoch.
 *
 * @param uuid the leg's at its end: that of its originate unless a recovery renamed it
 * @param coreUuid the core on which the leg ended, which after a recovery is not the one where it began
 * @param switchname the node's own name
 * @param direction the channel variable {@code call_direction} where it is one, else FreeSWITCH's; {@code null} where neither is
 * @param calleeNumber of the first caller profile, before any transfer, as the two that follow
 * @param callStart when the leg was created; of a recovered leg the first profile's creation, since FreeSWITCH moves the other
 * @param answered 0 when never answered; may be before {@code callStart} after a clock step
 * @param hangupCause {@code null} only in a damaged CDR
 * @param parentUuid the leg that caused this one
 * @param recovered the leg went through {@code sofia recover}
 * @param loopback a leg of the loopback endpoint
 */
public record CdrReport(String uuid, String coreUuid, String switchname, CallDirection direction, String calleeNumber,
        String callerIdNumber, String ani, long callStart, long answered, long ended, String hangupCause, String tenant,
        String parentUuid, boolean recovered, boolean loopback) {}

package io.offhook.dispatcher.lane;

/** How much waits in lanes that deliver: what they have to do before more of the topic need be read. */
public enum Backlog {

    /** Little: more may be read at once. */
    LITTLE,

    /** Enough for a while, of receivers of which few are behind: others may be idle. */
    OF_FEW,

    /** Enough for a while, of many receivers: what holds them up is this dispatcher. */
    OF_MANY
}

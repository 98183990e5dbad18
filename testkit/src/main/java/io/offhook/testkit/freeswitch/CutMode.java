package io.offhook.testkit.freeswitch;

/** How a connection ends: orderly with FIN, or with RST, which throws away what the client has not read. */
public enum CutMode {
    EOF, RST
}

package io.offhook.testkit.freeswitch;

/** Holds the reader and the writer of a connection back: on demand of a test, or the writer alone while a command is incomplete. */
final class Gate {
    private boolean stalled;
    private boolean partialCommand;
    private boolean open;

    synchronized void stalled(boolean value) {
        stalled = value;
        notifyAll();
    }

    synchronized void partialCommand(boolean value) {
        if (partialCommand != value) {
            partialCommand = value;
            notifyAll();
        }
    }

    /** Lets everybody through for good: the connection ends. */
    synchronized void openForGood() {
        open = true;
        notifyAll();
    }

    synchronized void awaitReading() throws InterruptedException {
        while (stalled && !open) {
            wait();
        }
    }

    synchronized void awaitWriting() throws InterruptedException {
        while ((stalled || partialCommand) && !open) {
            wait();
        }
    }
}

package io.offhook.docs;

import java.nio.file.Path;

import com.caoccao.javet.exceptions.JavetException;
import com.caoccao.javet.interop.NodeRuntime;
import com.caoccao.javet.interop.V8Host;

/** {@code node FILE}: Node's own code, brought by a Maven artifact instead of an installation. */
final class NodeProgram {

    private NodeProgram() {}

    /** Ends when the program does; with code 1 when it throws. */
    public static void main(String[] arguments) throws JavetException {
        try (NodeRuntime node = V8Host.getNodeInstance().createV8Runtime()) {
            node.getExecutor(Path.of(arguments[0])).executeVoid();
            node.await();
        }
    }
}

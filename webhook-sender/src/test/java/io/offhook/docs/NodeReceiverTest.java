package io.offhook.docs;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class NodeReceiverTest extends ReceiverContract {

    @Override
    String language() {
        return "js";
    }

    @Override
    List<String> command(String program, Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("receiver.js"), program);
        String classPath = System.getProperty("java.class.path") + File.pathSeparator + RUNTIMES.resolve("node.jar");
        return List.of(JAVA, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + directory, "-cp", classPath, NodeProgram.class.getName(), file.toString());
    }
}

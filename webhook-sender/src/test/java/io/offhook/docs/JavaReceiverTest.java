package io.offhook.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class JavaReceiverTest extends ReceiverContract {

    @Override
    String language() {
        return "java";
    }

    @Override
    List<String> command(String program, Path directory) throws IOException {
        Files.writeString(directory.resolve("Receiver.java"), program);
        return List.of(JAVA, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "Receiver.java");
    }
}

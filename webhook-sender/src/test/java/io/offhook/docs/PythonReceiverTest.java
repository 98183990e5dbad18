package io.offhook.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class PythonReceiverTest extends ReceiverContract {

    @Override
    String language() {
        return "python";
    }

    @Override
    List<String> command(String program, Path directory) throws IOException {
        Path python = RUNTIMES.resolve("python/bin/python3");
        if (!python.toFile().setExecutable(true)) {
            throw new IOException("no Python at " + python);
        }
        Files.writeString(directory.resolve("receiver.py"), program);
        // Isolated: nothing of a Python that the machine may have.
        return List.of(python.toString(), "-I", "receiver.py");
    }
}

package io.offhook.quickstart;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

import io.offhook.runtime.InvalidSettingException;
import io.offhook.testkit.process.FreePort;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PortsTest {

    private final int api = FreePort.find();
    private final int ingestor = FreePort.find();
    private final int dispatcher = FreePort.find();

    @Test
    void namesTheVariableOfAPortThatIsTaken() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();

            assertThatThrownBy(() -> Ports.check(settings(api, port, dispatcher)))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessage("OFFHOOK_QUICKSTART_INGESTOR_PORT: \"" + port
                            + "\" (expected: a free port; another process listens on this one)");
        }
    }

    @Test
    void refusesOnePortForTwoServices() {
        assertThatThrownBy(() -> Ports.check(settings(api, ingestor, api))).hasMessage(
                "OFFHOOK_QUICKSTART_DISPATCHER_PORT: \"" + api + "\" (expected: a port that no other setting names)");
    }

    @Test
    void takesFreePorts() {
        assertThatCode(() -> Ports.check(settings(api, ingestor, dispatcher))).doesNotThrowAnyException();
    }

    private static QuickstartSettings settings(int api, int ingestor, int dispatcher) {
        return new QuickstartSettings(api, ingestor, dispatcher, 0, 0, 0, 0, 12);
    }
}

package io.offhook.ingestor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.offhook.ingestor.esl.NodeAddress;
import io.offhook.runtime.InvalidSettingException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

class NodeListTest {

    @TempDir
    private Path folder;

    private final Map<String, InetAddress[]> names = new ConcurrentHashMap<>();
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final ListAppender<ILoggingEvent> warnings = new ListAppender<>();
    private NodeList list;

    @BeforeEach
    void listenToTheLog() {
        warnings.start();
        logger().addAppender(warnings);
    }

    @AfterEach
    void stop() {
        logger().detachAppender(warnings);
        if (list != null) {
            list.close();
        }
    }

    @Test
    void eachAddressOfANameIsANode() throws Exception {
        names.put("fs.voip.internal", addresses("10.0.0.12", "10.0.0.11", "fd00::2"));
        open("fs1=10.0.0.1,pool*=fs.voip.internal:8022", "");
        list.refresh();
        assertThat(list.current()).containsExactly(new NodeAddress("fs1", "10.0.0.1", 8021),
                new NodeAddress("pool-10.0.0.11", "10.0.0.11", 8022),
                new NodeAddress("pool-10.0.0.12", "10.0.0.12", 8022),
                new NodeAddress("pool-fd00-0-0-0-0-0-0-2", "fd00:0:0:0:0:0:0:2", 8022));
    }

    @Test
    void addressesThatComeAndGoAreToldOnce() throws Exception {
        names.put("pool.test", addresses("10.0.0.1", "10.0.0.2"));
        open("p*=pool.test", "");
        list.refresh();
        list.refresh();
        assertThat(told).containsExactly("+p-10.0.0.1", "+p-10.0.0.2");
        told.clear();
        names.put("pool.test", addresses("10.0.0.2", "10.0.0.3"));
        list.refresh();
        assertThat(told).containsExactly("-p-10.0.0.1", "+p-10.0.0.3");
    }

    @Test
    void aFailedOrEmptyLookUpKeepsTheLastAnswerAndIsComplainedAboutOnce() throws Exception {
        names.put("pool.test", addresses("10.0.0.1"));
        open("p*=pool.test,fs1=10.0.0.9", "");
        list.refresh();
        names.remove("pool.test");
        list.refresh();
        list.refresh();
        assertThat(complaints()).containsExactly("nodes: p*: pool.test cannot be looked up; its nodes stay");
        names.put("pool.test", addresses());
        list.refresh();
        assertThat(complaints()).hasSize(2).last().asString().contains("pool.test has no address");
        assertThat(list.current()).extracting(NodeAddress::name).containsExactly("p-10.0.0.1", "fs1");
        assertThat(told).containsExactlyInAnyOrder("+fs1", "+p-10.0.0.1");
    }

    @Test
    void aNameThatCannotBeLookedUpDelaysNoOtherNode() {
        open("p*=nowhere.test,fs1=10.0.0.9", "");
        list.refresh();
        assertThat(told).containsExactly("+fs1");
    }

    @Test
    void aFileIsReadAgainAndItsNodesComeAndGo() throws Exception {
        Path file = write("# our fleet\nfs1=10.0.0.1, fs2=10.0.0.2 # two\n\nfs3=[fd00::3]:8022\n");
        open("fs0=10.0.0.9", file.toString());
        list.refresh();
        assertThat(told).containsExactly("+fs0", "+fs1", "+fs2", "+fs3");
        told.clear();
        write("fs2=10.0.0.2\nfs3=10.0.0.3\nfs4=10.0.0.4");
        list.refresh();
        assertThat(told).containsExactly("-fs1", "-fs3", "+fs3", "+fs4");
        assertThat(list.current()).extracting(NodeAddress::host).containsExactly("10.0.0.9", "10.0.0.2", "10.0.0.3",
                "10.0.0.4");
    }

    @Test
    void aFaultyFileKeepsTheLastGoodListAndIsComplainedAboutOnceWithLineAndReason() throws Exception {
        Path file = write("fs1=10.0.0.1\n");
        open("fs0=10.0.0.9", file.toString());
        list.refresh();
        write("fs1=10.0.0.1\nfs2=\n");
        list.refresh();
        list.refresh();
        assertThat(complaints()).hasSize(1).first().asString().contains(file.toString(), "line 2: \"fs2=\" (expected:");
        write("fs1=10.0.0.1\nfs0=10.0.0.5\n");
        list.refresh();
        assertThat(complaints()).hasSize(2).last().asString().contains("line 2", "fs0 is named before");
        write("");
        list.refresh();
        assertThat(complaints()).hasSize(3).last().asString().contains("no entries");
        Files.delete(file);
        list.refresh();
        assertThat(complaints()).hasSize(4).last().asString().contains("cannot be read");
        assertThat(told).containsExactly("+fs0", "+fs1");
        write("fs0x=10.0.0.5\n");
        list.refresh();
        assertThat(told).endsWith("-fs1", "+fs0x");
    }

    @Test
    void aWrongFileAtTheStartStopsTheProcess() throws Exception {
        Path file = write("fs1:10.0.0.1");
        assertThatThrownBy(() -> open("", file.toString())).isInstanceOf(InvalidSettingException.class)
                .hasMessageContainingAll("OFFHOOK_FREESWITCH_NODES_FILE", file.toString(), "line 1: \"fs1:10.0.0.1\"");
        assertThatThrownBy(() -> open("", folder.resolve("absent").toString()))
                .isInstanceOf(InvalidSettingException.class).hasMessageContaining("cannot be read");
    }

    @Test
    void poolsMayStandInTheFileToo() throws Exception {
        names.put("pool.test", addresses("10.0.0.1"));
        open("", write("p*=pool.test:9000").toString());
        list.refresh();
        assertThat(list.current()).containsExactly(new NodeAddress("p-10.0.0.1", "10.0.0.1", 9000));
        write("q=10.0.0.7");
        list.refresh();
        assertThat(told).containsExactly("+p-10.0.0.1", "-p-10.0.0.1", "+q");
    }

    @Test
    void startedItLooksAgainByItself() throws Exception {
        Path file = write("fs1=10.0.0.1");
        open("", file.toString());
        list.start();
        await().until(() -> told.equals(List.of("+fs1")));
        write("fs2=10.0.0.2");
        await().until(() -> told.equals(List.of("+fs1", "-fs1", "+fs2")));
    }

    @Test
    void settingsThatCannotBeUsedAreNamed() {
        assertThatThrownBy(() -> settings("a=h,a=i", "").entries()).hasMessageContaining("a stands there twice");
        assertThatThrownBy(() -> settings("a=h:70000", "").entries()).hasMessageContaining("OFFHOOK_FREESWITCH_NODES");
        assertThatThrownBy(() -> settings("a-name-that-is-too-long-f*=h", "").entries())
                .isInstanceOf(InvalidSettingException.class);
        assertThatThrownBy(() -> new FreeSwitchSettings("", "", Duration.ZERO, "", "p", "", Map.of()))
                .hasMessageContaining("OFFHOOK_FREESWITCH_REFRESH");
    }

    @Test
    void aNodeOfAPoolHasThePasswordOfItsPool() {
        var passwords = new NodePasswords(new FreeSwitchSettings("fs-1=h,my-pool*=i,fs=j", "", Duration.ofSeconds(30),
                "", "common", "", Map.of("my_pool", "pools", "my_pool_10_0_0_2", "own", "fs", "other")));
        assertThat(passwords.of("my-pool-10.0.0.1").password()).isEqualTo("pools");
        assertThat(passwords.of("my-pool-fd00-0-0-0-0-0-0-2").password()).isEqualTo("pools");
        assertThat(passwords.of("my-pool-10.0.0.2").password()).isEqualTo("own");
        assertThat(passwords.of("fs-1").password()).isEqualTo("common");
        assertThat(passwords.of("fs").password()).isEqualTo("other");
    }

    private void open(String nodes, String file) {
        list = new NodeList(settings(nodes, file), host -> {
            InetAddress[] answer = names.get(host);
            if (answer == null) {
                throw new UnknownHostException(host);
            }
            return answer;
        }, new NodeList.Listener() {
            @Override
            public void onAdded(NodeAddress node) {
                told.add("+" + node.name());
            }

            @Override
            public void onRemoved(NodeAddress node) {
                told.add("-" + node.name());
            }
        });
    }

    private static FreeSwitchSettings settings(String nodes, String file) {
        return new FreeSwitchSettings(nodes, file, Duration.ofSeconds(1), "", "ClueCon", "", Map.of());
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("nodes"), text);
    }

    private List<String> complaints() {
        return warnings.list.stream().filter(line -> line.getLevel().isGreaterOrEqual(Level.WARN))
                .map(ILoggingEvent::getFormattedMessage).toList();
    }

    private static InetAddress[] addresses(String... texts) throws UnknownHostException {
        var addresses = new InetAddress[texts.length];
        for (int i = 0; i < texts.length; i++) {
            addresses[i] = InetAddress.getByName(texts[i]);
        }
        return addresses;
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(NodeList.class);
    }
}

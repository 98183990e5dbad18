package io.offhook;

import java.time.Clock;
import java.time.Instant;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/** The house keeps its shape: no circles between packages, no arrow from a lower floor back up. */
@AnalyzeClasses(packages = "io.offhook", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CIRCLES = slices().matching("io.offhook.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule THE_MODEL_KNOWS_NOBODY = noClasses().that().resideInAPackage("io.offhook.model..").should()
            .dependOnClassesThat().resideInAnyPackage("org.springframework..", "io.offhook.runtime..",
                    "io.offhook.sender..",
                    "io.offhook.ingestor..", "io.offhook.dispatcher..", "io.offhook.api..", "io.offhook.testkit..");

    @ArchTest
    static final ArchRule THE_SENDER_NEEDS_NO_SPRING = noClasses().that().resideInAPackage("io.offhook.sender..")
            .should()
            .dependOnClassesThat().resideInAnyPackage("org.springframework..", "io.offhook.runtime..",
                    "io.offhook.dispatcher..",
                    "io.offhook.api..", "io.offhook.testkit..");

    @ArchTest
    static final ArchRule SERVICES_DO_NOT_KNOW_EACH_OTHER = slices().matching("io.offhook.(ingestor|dispatcher|api)..")
            .should()
            .notDependOnEachOther();

    @ArchTest
    static final ArchRule NOTHING_SHIPPED_NEEDS_THE_TESTKIT = noClasses()
            .that()
            .resideInAnyPackage("io.offhook.ingestor..", "io.offhook.dispatcher..", "io.offhook.api..",
                    "io.offhook.runtime..")
            .should().dependOnClassesThat().resideInAPackage("io.offhook.testkit..");

    /** What is due, leased or too old is PostgreSQL's to say: dispatchers whose clocks differ agree on it. */
    @ArchTest
    static final ArchRule THE_RETRY_ENGINE_KNOWS_NO_CLOCK_BUT_THE_DATABASES = noClasses()
            .that()
            .resideInAnyPackage("io.offhook.dispatcher.retry..", "io.offhook.dispatcher.live..",
                    "io.offhook.dispatcher.persist..", "io.offhook.dispatcher.replay..",
                    "io.offhook.dispatcher.endpoint..")
            .should().callMethod(System.class, "currentTimeMillis")
            .orShould().callMethod(Instant.class, "now")
            .orShould().dependOnClassesThat().areAssignableTo(Clock.class);
}

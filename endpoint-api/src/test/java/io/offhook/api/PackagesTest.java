package io.offhook.api;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

class PackagesTest {

    @Test
    void packagesFormNoCircle() {
        JavaClasses classes = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("io.offhook.api");

        slices().matching("io.offhook.(api.*)..").should().beFreeOfCycles().check(classes);
    }
}

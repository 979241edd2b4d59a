package io.kugetsu;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.function.Predicate.not;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.domain.JavaTypeVariable;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.kugetsu.common.TaskId;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Which package may know which, and what must not be found anywhere. */
class ArchitectureTest {
  private static final String ROOT = "io.kugetsu";

  /** The features, top first: each may use what stands below it. The facade is the root package. */
  private static final List<String> ORDER =
      List.of(
          "the facade",
          "operations",
          "testing",
          "queue",
          "session",
          "agent",
          "worktree",
          "task",
          "notification",
          "process",
          "limit",
          "engine",
          "config",
          "internal",
          "common");

  private static final int MOST_LINES = 400;

  /** Sources that may be longer, by their path below the source root, each with the reason. */
  private static final Map<String, String> LONGER = Map.of();

  private static final String[] LIBRARIES = {
    "tools.jackson..", "com.fasterxml..", "org.apache.commons..", "org.slf4j.."
  };

  private static JavaClasses main;
  private static JavaClasses tests;

  @BeforeAll
  static void readClasses() throws URISyntaxException {
    main = new ClassFileImporter().importPath(rootOf(TaskId.class));
    tests = new ClassFileImporter().importPath(rootOf(ArchitectureTest.class));
    assertTrue(main.contain(TaskId.class) && tests.contain(ArchitectureTest.class), "nothing read");
  }

  @Test
  void everyPackageBelongsToAFeature() {
    check(
        classes().should(satisfy("belong to a feature", type -> featureOf(type) >= 0)),
        "a new feature gets its place in the order of ArchitectureTest first");
  }

  @Test
  void featuresKnowOnlyWhatStandsBelow() {
    check(
        classes().should(new OnlyDownwards()),
        "the order is " + String.join(" > ", ORDER) + ", and <feature>.internal belongs to it");
  }

  @Test
  void publicSignaturesNameNoLibraryAndNothingHidden() {
    ModuleDescriptor module = TaskId.class.getModule().getDescriptor();
    Set<String> exported =
        module.exports().stream()
            .filter(not(ModuleDescriptor.Exports::isQualified))
            .map(ModuleDescriptor.Exports::source)
            .collect(toSet());
    check(
        classes()
            .that(describe("are exported", type -> exported.contains(type.getPackageName())))
            .and(describe("can be seen outside", ArchitectureTest::isVisible))
            .should(new CleanSignatures(exported)),
        "who embeds kugetsu must be able to name every type it meets, without our libraries");
  }

  @Test
  void jsonIsReadAndWrittenInFivePlacesOnly() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(
                ROOT + ".internal..",
                ROOT + ".engine.internal..",
                ROOT + ".agent.internal..",
                ROOT + ".notification.internal..",
                ROOT + ".task.internal..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("tools.jackson..", "com.fasterxml.."),
        "the JSON library must stay replaceable");
  }

  @Test
  void databasesAreNotTheCores() {
    check(
        noClasses().should().dependOnClassesThat().resideInAnyPackage("java.sql..", "javax.sql.."),
        "java.sql is no requirement of the module");
  }

  @Test
  void theConsoleBelongsToTheHost() {
    check(
        noClasses()
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .orShould()
            .callMethod(Throwable.class, "printStackTrace"),
        "a library logs, returns and throws; it never prints");
  }

  @Test
  void noSourceIsTooLong() throws IOException {
    Path sources = Path.of(System.getProperty("basedir", "")).resolve("src/main/java");
    List<String> tooLong = new ArrayList<>();
    try (Stream<Path> files = Files.walk(sources)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).sorted().toList()) {
        String name = sources.relativize(file).toString();
        long lines = countLines(file);
        if (lines > MOST_LINES && !LONGER.containsKey(name)) {
          tooLong.add(name + " has " + lines);
        }
      }
    }
    assertEquals(List.of(), tooLong, "sources over " + MOST_LINES + " lines: split, or say why");
  }

  @Test
  void testsWaitForEventsAndNeverSleep() {
    noClasses()
        .should()
        .callMethodWhere(
            describe(
                "the target sleeps",
                call ->
                    call.getTarget().getName().equals("sleep")
                        && call.getTargetOwner().getPackageName().startsWith("java.")))
        .because("a sleep is too short on a slow machine and too long on a fast one")
        .allowEmptyShould(true)
        .check(tests);
  }

  private static void check(ArchRule rule, String because) {
    rule.because(because).allowEmptyShould(true).check(main);
  }

  /** The place of a class's feature in the order; -1 when it has none. */
  private static int featureOf(JavaClass type) {
    String name = type.getPackageName();
    if (name.equals(ROOT)) {
      return 0;
    }
    if (!name.startsWith(ROOT + ".")) {
      return -1;
    }
    String below = name.substring(ROOT.length() + 1);
    int dot = below.indexOf('.');
    return ORDER.indexOf(dot < 0 ? below : below.substring(0, dot));
  }

  /** Public, as is everything around it. */
  private static boolean isVisible(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC)
        && type.getEnclosingClass().map(ArchitectureTest::isVisible).orElse(true);
  }

  private static boolean isVisible(JavaMember member) {
    return member.getModifiers().contains(JavaModifier.PUBLIC)
        || member.getModifiers().contains(JavaModifier.PROTECTED);
  }

  /**
   * The directory that the class's package tree begins in; the module's own name for it may lie.
   */
  private static Path rootOf(Class<?> type) throws URISyntaxException {
    URI file = type.getResource(type.getSimpleName() + ".class").toURI();
    Path root = Path.of(file);
    for (int i = type.getName().split("\\.").length; i > 0; i--) {
      root = root.getParent();
    }
    return root;
  }

  private static long countLines(Path file) throws IOException {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.count();
    }
  }

  private static ArchCondition<JavaClass> satisfy(
      String description, Predicate<JavaClass> predicate) {
    return new ArchCondition<>(description) {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        if (!predicate.test(type)) {
          events.add(
              SimpleConditionEvent.violated(type, type.getName() + " does not " + description));
        }
      }
    };
  }

  private static final class OnlyDownwards extends ArchCondition<JavaClass> {
    OnlyDownwards() {
      super("depend on their own feature and those below only");
    }

    @Override
    public void check(JavaClass type, ConditionEvents events) {
      int own = featureOf(type);
      type.getDirectDependenciesFromSelf().stream()
          .filter(dependency -> resideInAPackage(ROOT + "..").test(dependency.getTargetClass()))
          .filter(dependency -> featureOf(dependency.getTargetClass()) < own)
          .forEach(
              dependency ->
                  events.add(SimpleConditionEvent.violated(type, dependency.getDescription())));
    }
  }

  private static final class CleanSignatures extends ArchCondition<JavaClass> {
    private final Set<String> exported;

    CleanSignatures(Set<String> exported) {
      super("have signatures of exported types only");
      this.exported = exported;
    }

    @Override
    public void check(JavaClass type, ConditionEvents events) {
      type.getSuperclass().ifPresent(parent -> look(type, type.getName(), parent, events));
      type.getInterfaces().forEach(parent -> look(type, type.getName(), parent, events));
      lookAtBounds(type, type.getName(), type.getTypeParameters(), events);
      lookAtAnnotations(type, type.getName(), type.getAnnotations(), events);
      for (JavaMember member : type.getMembers()) {
        if (!isVisible(member)) {
          continue;
        }
        String where = member.getFullName();
        lookAtAnnotations(type, where, member.getAnnotations(), events);
        if (member instanceof JavaCodeUnit unit) {
          look(type, where, unit.getReturnType(), events);
          unit.getParameterTypes().forEach(used -> look(type, where, used, events));
          unit.getThrowsClause().getTypes().forEach(used -> look(type, where, used, events));
          lookAtBounds(type, where, unit.getTypeParameters(), events);
        } else if (member instanceof JavaField field) {
          look(type, where, field.getType(), events);
        }
      }
    }

    private void lookAtBounds(
        JavaClass type,
        String where,
        List<? extends JavaTypeVariable<?>> variables,
        ConditionEvents events) {
      for (JavaTypeVariable<?> variable : variables) {
        variable.getUpperBounds().forEach(bound -> look(type, where, bound, events));
      }
    }

    private void lookAtAnnotations(
        JavaClass type,
        String where,
        Set<? extends JavaAnnotation<?>> annotations,
        ConditionEvents events) {
      annotations.forEach(annotation -> look(type, where, annotation.getRawType(), events));
    }

    private void look(JavaClass type, String where, JavaType used, ConditionEvents events) {
      for (JavaClass raw : used.getAllInvolvedRawTypes()) {
        JavaClass base = raw.getBaseComponentType();
        boolean library = resideInAnyPackage(LIBRARIES).test(base);
        boolean hidden =
            resideInAPackage(ROOT + "..").test(base)
                && (!exported.contains(base.getPackageName()) || !isVisible(base));
        if (library || hidden) {
          events.add(SimpleConditionEvent.violated(type, where + " names " + base.getName()));
        }
      }
    }
  }
}

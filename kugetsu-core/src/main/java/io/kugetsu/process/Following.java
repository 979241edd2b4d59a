package io.kugetsu.process;

import io.kugetsu.common.Experimental;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** How the output of a run that somebody else started is followed. Immutable. */
@Experimental
public final class Following {
  private static final Following EXIT_ONLY = new Following(null, null);

  private final @Nullable UnaryOperator<String> masker;
  private final @Nullable Consumer<String> listener;

  private Following(@Nullable UnaryOperator<String> masker, @Nullable Consumer<String> listener) {
    this.masker = masker;
    this.listener = listener;
  }

  /** {@return one that follows how the run ends and is given no lines} */
  public static Following exitOnly() {
    return EXIT_ONLY;
  }

  /**
   * One that is given every line of the run, from its first.
   *
   * @param listener gets the lines, as in {@link ProcessSpec.Builder#lineListener}
   * @return the following
   */
  public static Following lines(Consumer<String> listener) {
    return new Following(null, Objects.requireNonNull(listener, "listener"));
  }

  /**
   * The same, with secrets removed from all that is read.
   *
   * @param masker what removes them, as in {@link ProcessSpec.Builder#masker}
   * @return another following
   */
  public Following masked(UnaryOperator<String> masker) {
    return new Following(Objects.requireNonNull(masker, "masker"), listener);
  }

  @Nullable UnaryOperator<String> masker() {
    return masker;
  }

  @Nullable Consumer<String> listener() {
    return listener;
  }
}

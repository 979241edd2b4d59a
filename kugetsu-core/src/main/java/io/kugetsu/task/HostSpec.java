package io.kugetsu.task;

import java.util.Objects;

/**
 * Work of the embedding program itself, as {@link TaskSpec#host} makes it. It lives and ends with
 * this JVM, in the foreground and in the background.
 */
public final class HostSpec extends TaskSpec<HostSpec> {
  private final HostWork work;

  HostSpec(Common common, HostWork work) {
    super(common);
    this.work = Objects.requireNonNull(work, "work");
  }

  @Override
  HostSpec with(Common changed) {
    return new HostSpec(changed, work);
  }

  /** {@return the work} */
  public HostWork work() {
    return work;
  }
}

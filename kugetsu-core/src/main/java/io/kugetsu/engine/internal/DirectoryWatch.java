package io.kugetsu.engine.internal;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits until a file of a directory is touched, grows or appears. The kernel tells, at once, and
 * nothing looks meanwhile.
 */
final class DirectoryWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryWatch.class);

  // Elsewhere the JDK only looks now and then itself, and more rarely than we would.
  private static final boolean KERNEL_TELLS =
      System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("linux");

  private final WatchService service;

  private DirectoryWatch(WatchService service) {
    this.service = service;
  }

  /** A watch of a directory; empty where there is none to be had, as users may have so many. */
  static Optional<DirectoryWatch> of(Path directory) {
    if (!KERNEL_TELLS) {
      return Optional.empty();
    }
    try {
      WatchService service = directory.getFileSystem().newWatchService();
      try {
        directory.register(
            service, StandardWatchEventKinds.ENTRY_MODIFY, StandardWatchEventKinds.ENTRY_CREATE);
        return Optional.of(new DirectoryWatch(service));
      } catch (IOException | RuntimeException e) {
        service.close();
        throw e;
      }
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      // the last: there may be no thread to be had for it
      LOG.debug("{} cannot be watched, it is looked at now and then", directory, e);
      return Optional.empty();
    }
  }

  /**
   * Waits for a change.
   *
   * @return false when there will be no more, as it was closed or the directory is gone
   */
  boolean await() throws InterruptedException {
    try {
      WatchKey key = service.take();
      key.pollEvents();
      return key.reset();
    } catch (ClosedWatchServiceException e) {
      return false;
    }
  }

  @Override
  public void close() {
    try {
      service.close();
    } catch (IOException e) {
      LOG.debug("a watch could not be closed in order", e);
    }
  }
}

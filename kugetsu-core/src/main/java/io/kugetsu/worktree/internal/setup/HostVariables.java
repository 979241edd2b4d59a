package io.kugetsu.worktree.internal.setup;

import io.kugetsu.config.SecretMasker;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Which of the host's variables a repository's commands are given when nobody says. */
public final class HostVariables {
  private static final Pattern HARMLESS =
      Pattern.compile(
          "PATH|USER|LOGNAME|SHELL|TZ|LANG|LANGUAGE|LC_[A-Z_]+|TMPDIR|TMP|TEMP|XDG_[A-Z_]+"
              + "|([A-Z0-9_]+_)?HOME|SSL_CERT_FILE|SSL_CERT_DIR|SystemRoot|PATHEXT|COMSPEC"
              + "|(?i:(https?|ftp|all|no)_proxy)");

  private HostVariables() {}

  /**
   * Those that say where things are and in which language. An address with a user in it may have a
   * password in it.
   *
   * @param host all variables
   * @return some of them
   */
  public static Map<String, String> harmless(Map<String, String> host) {
    Map<String, String> kept = new TreeMap<>();
    host.forEach(
        (name, value) -> {
          if (HARMLESS.matcher(name).matches()
              && !SecretMasker.isSecretName(name)
              && value.indexOf('@') < 0) {
            kept.put(name, value);
          }
        });
    return kept;
  }
}

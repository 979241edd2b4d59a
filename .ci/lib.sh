# Shared by the scripts beside it; sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
opencode_version=1.18.33

say() {
  printf '%s\n' "$*" >&2
}

die() {
  say "error: $*"
  exit 1
}

need() {
  command -v "$1" >/dev/null 2>&1 || die "$1 is needed and was not found: install $2"
}

# Some programs write below HOME; without a usable one they get a place in the ignored .tools/.
if [ -z "${HOME:-}" ] || [ ! -d "$HOME" ] || [ ! -w "$HOME" ]; then
  export HOME="$root/.tools/home"
  mkdir -p "$HOME"
fi

# The feature version (17, 25) of the JDK in a directory; nothing when there is no JDK in it.
jdk_version() {
  [ -x "$1/bin/javac" ] || return 0
  local version
  version=$(sed -n 's/^JAVA_VERSION="\{0,1\}\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null || true)
  if [ -z "$version" ]; then
    version=$("$1/bin/java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1)
  fi
  printf '%s' "$version"
}

# Prints the home of a JDK with this feature version; nothing when there is none.
find_jdk() {
  local home named="JAVA_HOME_$1"
  for home in "${!named:-}" "${JAVA_HOME:-}" /usr/lib/jvm/* /opt/java/* "$HOME"/.sdkman/candidates/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if [ -n "$home" ] && [ "$(jdk_version "$home")" = "$1" ]; then
      printf '%s' "$home"
      return 0
    fi
  done
}

# Sets JAVA_HOME to JDK 17, which also checks the format; else to what is there, if it is newer.
use_jdk() {
  local home found
  home=$(find_jdk 17)
  if [ -z "$home" ]; then
    need javac "a JDK, 17 or newer"
    home=${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")}
    found=$(jdk_version "$home")
    [ "${found:-0}" -ge 17 ] || die "JDK 17 or newer is needed; $home has version ${found:-none}"
  fi
  export JAVA_HOME="$home"
}

# Maven without questions and progress bars; -B and the rest apply to every script alike.
maven() {
  need mvn "Apache Maven 3.8.7 or newer"
  local options=${MAVEN_OPTS:-}
  if [ "$(jdk_version "$JAVA_HOME")" -ge 24 ]; then
    # Maven's own libraries make newer JDKs warn at every start.
    options="$options --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED"
  fi
  (cd "$root" && MAVEN_OPTS="$options" mvn -B -ntp -Dmaven.wagon.http.retryHandler.count=3 "$@" </dev/null)
}

# Runs Maven without a word, into a log; shows the log and fails when Maven fails.
maven_quietly() {
  local log="$root/target/$1.log"
  shift
  mkdir -p "$root/target"
  if ! maven "$@" >"$log" 2>&1; then
    cat "$log" >&2
    die "the build failed"
  fi
}

# The supervisor of one run. It outlives the program that started it, runs one command and writes down
# how that ended. Lines that begin with # are taken out before the rest is handed to a shell:
#
#   [setsid] sh -c TEXT sup RUNDIR MODE PERMIT WAKE command...
#
#   RUNDIR  holds stdin (optional), output.log and status
#   MODE    own       a session of its own
#           own-reap  also ends what the command left in its process group
#           plain     no session could be made: HUP, INT and QUIT stay ignored in the command
#           ...-fgN   fd 0 is a lifeline: at its end the session is ended, with a grace of N seconds
#   PERMIT  PERMIT.claim is renamed to PERMIT.run before the command runs; if that fails it never does
#   WAKE    gets a byte more at the very end
#
# It runs in dash, bash, busybox sh, mksh and zsh. All variables begin with ku_, since one of the
# environment's that is assigned here would reach the command changed.

ku_d=$1 ku_m=$2 ku_c=$3 ku_w=$4 ku_l=; shift 4
# The system's first: the command's PATH may well begin with a directory that has an mv or a sleep.
ku_path=/usr/bin:/bin${PATH:+:$PATH}
case $ku_m in own*fg*) exec 3<&0;; esac
ku_i=/dev/null; [ -f "$ku_d/stdin" ] && ku_i=$ku_d/stdin

# Our own messages are dropped (a shell would write "Terminated" into the log); the command gets 2>&1.
exec <"$ku_i" >>"$ku_d/output.log" 2>/dev/null || exit 74

# The helper below keeps this; ours is set after it. Also against a command that signals its own group.
trap '' HUP INT QUIT TERM USR1 USR2 ALRM PIPE

# Start time and process group: from /proc where there is one, else from ps.
ku_st() { read -r ku_s <"/proc/$1/stat" && ku_s=${ku_s##*")"} && set -- $ku_s && ku_b=${20} ku_g=$3; }
ku_st $$ || {
  ku_b=$(PATH=$ku_path; LC_ALL=C TZ=UTC ps -o lstart= -p $$ | tr -s ' ' _)
  ku_g=$(PATH=$ku_path; ps -o pgid= -p $$)
}
[ $((ku_g)) -eq $$ ] || ku_g=0
echo "start $$ $ku_b $((ku_g))" >>"$ku_d/status" || exit 74
[ -z "$ku_c" ] || PATH=$ku_path mv -f "$ku_c.claim" "$ku_c.run" || {
  echo refused >>"$ku_d/status"
  exit 75
}

# Of the fields of a stat file behind the name: in our session, and no zombie. A process whose first
# thread has ended looks like one, and has others.
ku_ours() { [ "$4" = $$ ] && { [ "$1" != Z ] || [ "${18}" -gt 1 ]; }; }

# Sends signal $1 to all others of the session; false if there are none.
ku_left() {
  ku_n=1 ku_q='/proc/[0-9]*'
  [ -e /proc/$$ ] || ku_q=$(ps -A -o pid= -o pgid= -o stat= | awk "\$2 == $$ && \$3 !~ /Z/ { print \$1 }")
  for ku_p in $ku_q; do
    case $ku_p in
    /*)
      read -r ku_s <"$ku_p/stat" && ku_ours ${ku_s##*")"} || continue
      ku_p=${ku_p#/proc/}
      ;;
    esac
    [ $ku_p = $$ ] || [ $ku_p = $ku_h ] || { kill -$1 $ku_p && ku_n=0; }
  done
  return $ku_n
}

# The helper of a foreground run. At the end of the lifeline it appends "cut"; whichever of "detach" and
# "cut" stands first in the status decides. The sweep is in the EXIT trap, as under a process limit sleep
# cannot be forked and the shell just ends.
case $((ku_g))$ku_m in
0*) ;;
*fg*)
  (
    while read -r ku_x; do :; done
    echo cut >>"$ku_d/status"
    while read -r ku_x; do case $ku_x in detach) exit 0;; cut) break;; esac; done <"$ku_d/status"
    PATH=$ku_path
    read -r ku_h ku_x </proc/self/stat || ku_h=$(exec sh -c 'echo $PPID')
    ku_t=${ku_m##*fg}; ku_t=${ku_t:-5}
    trap 'ku_t=99; while { ku_left KILL || ku_left KILL; } && [ $((ku_t=ku_t-1)) -gt 0 ]; do :; done' EXIT
    kill -TERM -$$
    sleep .2
    while ku_left 0 && [ $((ku_t=ku_t-1)) -ge 0 ]; do sleep 1; done
    exit 0
  ) <&3 3<&- >/dev/null &
  ku_l=$!
  ;;
esac
exec 3<&-
case $ku_m in own*) trap : HUP INT QUIT;; esac
trap : TERM USR1 USR2 ALRM PIPE

# exec: never a builtin or a function of ours. In the foreground: neither a wait that a signal breaks off,
# nor INT and QUIT ignored, as with a command behind an ampersand.
(exec "$@" 2>&1); ku_r=$?

# A helper that has noted a cut ends by itself, when it has ended the session; by the time it would be
# killed its number may be somebody else's. A bash that got several signals at once returns from every
# further wait at once (seen in 5.2), so it is asked for the helper besides.
ku_cut() {
  while read -r ku_x; do case $ku_x in cut) return 0;; esac; done <"$ku_d/status"
  return 1
}
[ -z "$ku_l" ] || {
  ku_cut || kill -9 "$ku_l"
  until wait || ! kill -0 "$ku_l"; do PATH=$ku_path sleep .05; done
}
case $ku_m in *reap*) [ $((ku_g)) -eq 0 ] || kill -TERM -$$;; esac

# When, in seconds since boot: a clock that is set back cannot touch that. From here on nothing is forked
# unless the disk is full.
read -r ku_u ku_x </proc/uptime || ku_u=
echo "exit $ku_r $ku_u" >>"$ku_d/status" || PATH=$ku_path mv -f "$ku_d/status" "$ku_d/status.exit.$ku_r"
[ -z "$ku_w" ] || echo >>"$ku_w"
exit "$ku_r"

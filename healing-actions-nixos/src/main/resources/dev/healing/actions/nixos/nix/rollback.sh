# Switches to another generation, and keeps it only if the host is better for it. Otherwise, and if
# this is ended in between, the dead-man's timer that was armed before has rollback-undo.sh run.
#
# Programs come by their full names: on NixOS a unit finds next to nothing in its PATH.
nix_env=$1 systemctl=$2 sleep=$3 profile=$4 running=$5 log=$6 from=$7 left=$8 to=$9
shift 9
system=$1 undo=$2 better_for=$3 patience=$4
shift 4 # what is left are the units that the switch to the generation before is blamed for

set -f
stopped=
trap 'stopped=1' TERM # reaches all that runs here; this shell outlives it

say() {
  echo "$*"
  echo "$from to $to: $*" >>"$log"
}

disarm() {
  until "$systemctl" stop "$undo.timer"; do
    [ -z "$stopped" ] || return 1
    "$sleep" 1
  done
}

in_trouble() {
  "$systemctl" list-units --plain --full --no-legend --state=failed,auto-restart
}

names() {
  printf '%s\n' "$1" | while read -r name rest; do
    [ -z "$name" ] || printf ' %s ' "$name"
  done
}

# Up; or gone, as what came with the generation that was left; or a oneshot that is through.
well() {
  case $("$systemctl" show --property=LoadState,ActiveState,Type -- "$1") in
    *ActiveState=active* | *LoadState=not-found*) return 0 ;;
    *Type=oneshot*ActiveState=inactive* | *ActiveState=inactive*Type=oneshot*) return 0 ;;
  esac
  return 1
}

# Nothing is in trouble that was not before, and something that was blamed is well.
better() {
  now=$(in_trouble) || {
    why="systemd does not answer"
    return 1
  }
  for unit in $(names "$now"); do
    case $before in
      *" $unit "*) ;;
      *)
        why="$unit is in trouble, and was not before"
        return 1
        ;;
    esac
  done
  [ $# -gt 0 ] || return 0
  for unit; do
    ! well "$unit" || return 0
  done
  why="not one of those is well that failed: $*"
  return 1
}

stays_better() {
  looks=0 in_a_row=0
  while [ "$looks" -le "$patience" ] && [ -z "$stopped" ]; do
    if better "$@"; then
      [ "$in_a_row" -lt "$better_for" ] || return 0
      in_a_row=$((in_a_row + 1))
      why="it was not seen well for long enough"
    else
      in_a_row=0
    fi
    looks=$((looks + 1))
    "$sleep" 1
  done
  return 1
}

now=$(in_trouble) || {
  say "nothing was switched: systemd does not answer"
  disarm
  exit 1
}
before=$(names "$now")
# Whoever set it meanwhile means it, and an undo would not go back to that.
if ! [ "$profile" -ef "$left" ]; then
  say "nothing was switched: the profile names another generation by now"
  disarm
  exit 1
fi
"$nix_env" --profile "$profile" --switch-generation "$to"
code=$?
if ! [ "$profile" -ef "$system" ]; then
  say "nothing was switched: the profile could not be pointed, exit code $code"
  disarm
  exit 1
fi
"$system/bin/switch-to-configuration" switch
code=$?
if ! [ "$profile" -ef "$system" ]; then
  why="the profile was pointed elsewhere during the switch"
elif ! [ "$running" -ef "$system" ]; then
  why="generation $to does not run after its switch, which ended with exit code $code"
elif stays_better "$@" && disarm; then
  say "kept: the host is better for it; the switch ended with exit code $code"
  exit 0
fi
[ -z "$stopped" ] || why="it was out of time or stopped; $why"
say "given up: $why"
"$systemctl" start --no-block "$undo.service" # if not now, the timer does it
exit 1

# Undoes a rollback that nobody said was good: points the profile back to the generation that was
# left, and switches to it. Is never undone itself, so that there is no end of it.
#
# The profile names what runs in the end, so that it boots.
nix_env=$1 systemctl=$2 profile=$3 running=$4 log=$5 from=$6 left=$7 to=$8 system=$9
shift 9
rollback=$1 timer=$2

trap : TERM # reaches all that runs here; this shell outlives it

say() {
  echo "$*"
  echo "$from to $to: $*" >>"$log"
}

"$systemctl" stop "$timer"
"$systemctl" stop "$rollback" # ends a switch that hangs

if ! [ "$profile" -ef "$system" ]; then
  if ! [ "$profile" -ef "$left" ] || ! [ "$running" -ef "$system" ]; then
    say "nothing to undo: the profile names another generation"
    exit 0
  fi
fi
"$nix_env" --profile "$profile" --switch-generation "$from" &&
  "$left/bin/switch-to-configuration" switch
code=$?
if [ "$profile" -ef "$left" ] && [ "$running" -ef "$left" ]; then
  say "undone: generation $from runs again; its switch ended with exit code $code"
  exit 0
fi
if [ "$profile" -ef "$left" ] && [ "$running" -ef "$system" ]; then
  "$nix_env" --profile "$profile" --switch-generation "$to"
fi
say "could not be undone, exit code $code: this is for a human"
exit 1

# Sourced by the benchmarks: a throw-away host with the built jar installed, gone when the script ends.
# shellcheck shell=bash
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(dirname "$here")
scripts=$project/healing-runner/src/test/scripts
jar=$project/healing-runner/target/healing.jar
name=healing-bench-$$

[[ $(id -u) == 0 ]] || { echo "needs root, to boot a throw-away systemd host" >&2; exit 2; }
[[ -f $jar ]] || { echo "no $jar: build it first, with 'mvn -B -DskipTests package'" >&2; exit 2; }

inside() { "$scripts/throwaway-host" exec "$name" "$@"; }

# Boots it; files of a benchmark are put under $root before, by a function named `prepare`.
boot() {
  "$scripts/install-test-packages"
  trap '"$scripts/throwaway-host" down "$name"' EXIT
  root=$("$scripts/throwaway-host" prepare "$name")
  "$project/packaging/install" "$root"
  mkdir -p "$root/etc/healing"
  if declare -F prepare >/dev/null; then prepare; fi
  "$scripts/throwaway-host" boot "$name"
  inside /usr/lib/healing/install --archive
}

start_healing() {
  inside systemctl start healing
  for _ in {1..100}; do
    inside healing status --json 2>/dev/null | grep -q '"daemon" : true' && return
    sleep 0.1
  done
  echo "the daemon did not come up" >&2
  inside journalctl --no-pager -u healing >&2
  exit 1
}

median() { sort -n | awk '{v[NR]=$1} END {if (NR%2) print v[(NR+1)/2]; else print (v[NR/2]+v[NR/2+1])/2}'; }

# Sourced by the bash scripts: messages and checks they share.
# shellcheck shell=bash

say() { printf '%s\n' "$*" >&2; }

# The one sentence a failed command ends with.
die() {
  printf 'unfold: %s\n' "$*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# lock <file> <what>: held until this process ends.
lock() {
  mkdir -p "$(dirname "$1")" || die "the folder $(dirname "$1") cannot be made."
  exec {lock_fd}>>"$1" || die "the lock file $1 cannot be written."
  if have flock && ! flock -n "$lock_fd"; then
    say "Another process is busy with $2; waiting for it."
    flock "$lock_fd" || die "the lock $1 cannot be taken."
  fi
}

# version_at_least <wanted> <given>
version_at_least() {
  [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]
}

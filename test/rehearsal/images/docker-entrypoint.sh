#!/bin/sh
set -e
# A flag, or what is no command, is for node: as in the official image.
if [ "${1#-}" != "$1" ] || ! command -v "$1" >/dev/null; then
  set -- node "$@"
fi
exec "$@"

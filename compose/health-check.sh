#!/usr/bin/env bash
# Is this container's service healthy? Asks its /startupz; the answer's body stands in `docker inspect`. In bash, for it
# runs every few seconds in each container: Node would take 100 times the CPU to start.
set -u

if ! { exec 3<>"/dev/tcp/127.0.0.1/${HEALTH_PORT:?}"; } 2>/dev/null; then
  echo "nothing listens on port $HEALTH_PORT"
  exit 1
fi
printf 'GET /startupz HTTP/1.0\r\n\r\n' >&3
if ! read -r -t 2 -u 3 _ status _; then
  echo "no answer from port $HEALTH_PORT within 2 s"
  exit 1
fi
while read -r -t 2 -u 3 header && [ "$header" != $'\r' ]; do :; done
head -c 2000 <&3
[ "$status" = 200 ]

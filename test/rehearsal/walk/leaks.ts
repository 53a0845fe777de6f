import { setTimeout as sleep } from 'node:timers/promises'
import { must } from '../machines/command.ts'
import { type Machine } from '../machines/machine.ts'
import { inside } from './containers.ts'

/** Everything that Docker tells of its things, and all that a host writes down. */
const told = `set +e
docker ps --all --quiet --no-trunc | xargs -r docker inspect
docker service ls --quiet | xargs -r docker service inspect
docker secret ls --quiet | xargs -r docker secret inspect
docker config ls --quiet | xargs -r docker config inspect
docker node ls --quiet | xargs -r docker node inspect
docker image ls --all --quiet | sort -u | while read -r image; do
  docker image inspect "$image"
  docker history --no-trunc --format '{{.CreatedBy}}' "$image"
done
docker ps --all --quiet --no-trunc | while read -r container; do docker logs "$container" 2>&1; done
cat /var/log/*.log
cat /home/*/.bash_history /home/*/.docker/config.json 2>/dev/null
find /home/*/wikiflow /tmp /dev/shm -type f -exec cat {} +
true`

/** All that a host tells of itself, as one text. */
export function toldBy(machine: Machine): Promise<string> {
  return inside(machine, told)
}

/** How often the processes are looked at, in ms. */
const everyMs = 50

/** Looks at all processes, those in the hosts' containers as well: their arguments and environments. */
export function watchProcesses(words: readonly string[]): {
  stop(): Promise<{ looks: number; seen: string[] }>
} {
  const stopped = new AbortController()
  const seen = new Set<string>()
  const watching = (async () => {
    let looks = 0
    for (; !stopped.signal.aborted; looks++) {
      const processes = await must('ps', ['axwwe', '-o', 'args'])
      for (const line of processes.split('\n')) {
        if (words.some(word => line.includes(word))) seen.add(line)
      }
      await sleep(everyMs)
    }
    return { looks, seen: [...seen] }
  })()
  return {
    stop: () => {
      stopped.abort()
      return watching
    },
  }
}

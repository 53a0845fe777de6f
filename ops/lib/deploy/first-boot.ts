import { setTimeout as sleep } from 'node:timers/promises'
import { failedFile, readyFile } from '../cloud/resources/user-data.ts'
import { type Host } from '../host/host.ts'
import { UserError } from '../script.ts'

/** A first boot installs Docker: a minute or two; after so many ms it isn't waited for any longer. */
const mostMs = 10 * 60_000
const pollMs = 3_000

/** Prints what is wrong, and ends with 0 when Docker may be used, 4 while it is being installed, 5 when that failed. */
const look = `if [ -e ${failedFile} ]; then cat ${failedFile}; exit 5; fi
said=$(docker info --format '{{.ServerVersion}}' 2>&1) && exit 0
printf '%s\\n' "$said"
if [ -e ${readyFile} ]; then exit 1; fi
if [ -d /var/lib/cloud/instance ] && ! [ -e /var/lib/cloud/instance/boot-finished ]; then exit 4; fi
exit 1`

/**
 * Waits until a host's first boot has installed Docker.
 * @throws UserError when it failed, when there is no Docker, or when this user may not use it.
 */
export async function awaitDocker(host: Host, say: (what: string) => void): Promise<void> {
  const { name } = host.address
  for (const until = Date.now() + mostMs; ; await sleep(pollMs)) {
    const { code, stdout } = await host.run(look)
    const said = stdout.trim().split('\n').at(-1) ?? ''
    if (code === 0) return
    if (code === 5) {
      throw new UserError(
        `${name}'s first boot failed at ${said}: make it anew with npx zx ops/provision.ts --replace ${name}`,
      )
    }
    if (code !== 4) throw new UserError(`Docker can't be used on ${name}: ${said}`)
    if (Date.now() > until)
      throw new UserError(`${name} has no Docker after ${mostMs / 60_000} minutes: ${said}`)
    say('its first boot installs Docker')
  }
}

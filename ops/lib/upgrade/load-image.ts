import { visible } from '../cloud/fact-text.ts'
import { findImage } from '../deploy/image.ts'
import { type Host } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'

/** How long an image may take to arrive, in ms: Redpanda's has some 150 MB. */
const pullMs = 15 * 60_000

/** Loads an image onto a host, unless it is there: so that the stop is no longer than it has to be. */
export async function loadImage(
  host: Host,
  image: string,
  say: (what: string) => void,
  signal: AbortSignal,
): Promise<void> {
  if (await findImage(host, image)) return
  await mustRun(host, `loading ${image}`, 'docker pull "$1"', [image], {
    timeoutMs: pullMs,
    onLine: line => say(visible(line)),
    signal,
  })
}

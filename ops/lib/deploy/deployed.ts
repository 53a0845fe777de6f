import { z } from 'zod'
import { type Host } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import { deploymentFile } from './assemble.ts'
import { type Deployment } from './plan.ts'

const descriptionSchema = z.object({
  image: z.string(),
  compose: z.array(z.string()),
  variables: z.record(z.string(), z.string()),
})

/** Releases that served, oldest first, a line each: time and id. */
const servedFile = 'served'

const readServed = `cat "$HOME/wikiflow/$1/${servedFile}" 2>/dev/null || :`

const readDeployment = `cd "$HOME/wikiflow/$1/releases/$2" 2>/dev/null || exit 3
cat ${deploymentFile}`

const readFiles = `cd "$HOME/wikiflow/$1/releases/$2"
shift 2
for file; do printf '%s\\n' "$(wc -c < "$file")"; cat "$file"; done
ls runtime/migrations`

/** Notes a release as serving: whole or not at all. */
const noteServed = `set -eu
cd "$HOME/wikiflow/$1"
{ tail -n 99 ${servedFile} 2>/dev/null || :; printf '%s %s\\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$2"; } > ${servedFile}.part
mv ${servedFile}.part ${servedFile}`

/** Ids of the releases that served on a host, the present one first, each once. */
export async function servedReleases(host: Host, stack: string): Promise<string[]> {
  const { stdout } = await host.run(readServed, [stack])
  const ids = stdout.split('\n').flatMap(line => /^\S+ ([0-9a-f]{12})$/.exec(line)?.[1] ?? [])
  return [...new Set(ids.reverse())]
}

/** Notes that a release serves from now on. @throws UserError when it can't be noted, as on a full disk. */
export async function markServed(host: Host, stack: string, release: string): Promise<void> {
  await mustRun(host, `noting that ${release} serves`, noteServed, [stack, release])
}

/** How a release on a host is deployed; undefined when it isn't there whole. */
export async function readDeployed(
  host: Host,
  stack: string,
  release: string,
): Promise<Deployment | undefined> {
  const found = await host.run(readDeployment, [stack, release])
  const description = descriptionSchema.safeParse(parse(found.stdout)).data
  if (found.code !== 0 || !description) return undefined
  const { code, stdout } = await host.run(readFiles, [stack, release, ...description.compose])
  if (code !== 0) return undefined
  let rest = Buffer.from(stdout)
  const compose = description.compose.map(name => {
    const end = rest.indexOf('\n')
    const bytes = Number(rest.subarray(0, end))
    const text = rest.subarray(end + 1, end + 1 + bytes).toString('utf8')
    rest = rest.subarray(end + 1 + bytes)
    return { name, text }
  })
  const migrations = rest.toString('utf8').split('\n').filter(Boolean).sort()
  return { release, image: description.image, variables: description.variables, compose, migrations }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

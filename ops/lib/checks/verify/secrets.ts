import { type Check, type Outcome } from '../check.ts'
import { type PipelineContext } from './context.ts'
import { type Secret, type Told } from './pipeline.ts'

/** Shorter ones stand in any text by chance. */
const leastLength = 8

/** Variables that hold a credential by their name; one that ends in _FILE says where it is, which tells nothing. */
const telling = /^(\w*(?:PASSWORD|PASSWD|SECRET|TOKEN|SECRET_ACCESS_KEY))=(.+)$/

/** Whether a password stands where it can be listed. */
export const secretsCheck: Check<Pick<PipelineContext, 'pipeline'>> = {
  id: 'secrets',
  title: 'secrets',
  looksAt: 'no password stands in an argument, environment or label of what runs',
  needs: ['deployed'],
  run: async ({ pipeline }, say) => {
    const { secrets, told, commands } = await pipeline()
    say('listing arguments, environments and labels')
    const [known, places] = await Promise.all([secrets(), told()])
    return judgeSecrets(known, places, commands.start)
  },
}

/** Looks for passwords in what is told of things; says where one is, never what it is. */
export function judgeSecrets(secrets: readonly Secret[], places: readonly Told[], deploy: string): Outcome {
  const known = secrets.filter(({ value }) => value.length >= leastLength)
  const texts = places.flatMap(({ where, what }) => textsIn(what).map(one => ({ ...one, where })))
  const leaks = texts.flatMap(({ where, path, text }) =>
    known
      .filter(({ value }) => formsOf(value).some(form => text.includes(form)))
      .map(({ name }) => `${name} stands in ${where}${path && `, ${path}`}`),
  )
  if (leaks.length > 0) {
    return {
      state: 'failed',
      found: [...new Set(leaks)].join('\n'),
      fix: `take it out there, then npx zx ops/rotate.ts for a new one, and ${deploy}`,
    }
  }
  const found = `${known.length} ${known.length === 1 ? 'password stands' : 'passwords stand'} in none of ${places.length} listings`
  const credentials = texts.flatMap(({ where, text }) => {
    const name = telling.exec(text)?.[1]
    return name === undefined ? [] : [`${name} of ${where}`]
  })
  if (credentials.length > 0) {
    return {
      state: 'warning',
      found: `${found}; but what may be another credential stands in the environment: ${[...new Set(credentials)].join(', ')}`,
      fix: "give the service a file in its place, or the host's role",
    }
  }
  if (known.length === 0) {
    return {
      state: 'warning',
      found: 'this machine knows no password of the stack, so none was looked for',
      fix: 'look from the machine that deployed it, or name its folder with --state',
    }
  }
  return { state: 'ok', found }
}

/** A password as it is, and as it stands in JSON, in an address, and in base64. */
function formsOf(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1)
  return [
    ...new Set([
      value,
      json,
      encodeURIComponent(value),
      Buffer.from(value).toString('base64').replace(/=+$/, ''),
    ]),
  ]
}

/** Every text in a value, and under which names it stands there: `Config.Env[3]`. */
function textsIn(value: unknown, path = ''): { path: string; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }]
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((one, index) => textsIn(one, `${path}[${index}]`))
  return Object.entries(value).flatMap(([name, one]) => [
    ...textsIn(one, path ? `${path}.${name}` : name),
    // A label's name is told as well.
    { path: `a name in ${path || 'it'}`, text: name },
  ])
}

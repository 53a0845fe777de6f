import { z } from 'zod'
import { type Host } from '../host/host.ts'
import { UserError } from '../script.ts'

/** How long the engine may take for an answer, in ms. */
const answerMs = 20_000

/** curl's exit codes without an answer: no connection (7), and a socket that closed without one (52, 56). */
const noAnswer = [7, 52, 56]

/**
 * Asks the engine in the newest version of its API: Docker 29 refuses those before 1.44, and 20.10 has none after 1.41. The
 * body comes from standard input, for a token must not stand in an argument.
 */
const ask = `set -eu
method=$1 body=$2
shift 2
engine() { curl --silent --unix-socket /var/run/docker.sock "$@"; }
api=$(engine --max-time 4 --head http://docker/_ping | tr -d '\\r' | sed -n 's/^[Aa][Pp][Ii]-[Vv]ersion: //p')
for path; do
  shift
  set -- "$@" "http://docker\${api:+/v$api}$path"
done
engine --show-error --fail-early --max-time 15 --request "$method" --header 'Content-Type: application/json' \\
  \${body:+--data-binary @-} --write-out '\\n%{http_code}\\n' "$@"`

/** What the engine said, when it was no. */
export class EngineError extends UserError {
  override name = 'EngineError'
  readonly status: number

  constructor(message: string, status: number) {
    super(message)
    this.status = status
  }
}

/**
 * Reads from the Docker Engine of a host.
 * @param path of the Engine API, such as `/nodes`
 * @throws EngineError for an answer other than 2xx; UserError when no engine answers.
 */
export async function getFromEngine<T>(host: Host, path: string, schema: z.ZodType<T>): Promise<T> {
  return (await getAllFromEngine(host, { it: [path, schema] })).it
}

/** Reads several things from the Docker Engine of a host with one command, as `getFromEngine`. */
export async function getAllFromEngine<T extends Record<string, unknown>>(
  host: Host,
  asked: { [Name in keyof T]: readonly [path: string, schema: z.ZodType<T[Name]>] },
): Promise<T> {
  const all = Object.entries(asked)
  const answers = await exchange(
    host,
    'GET',
    all.map(([, [path]]) => path),
  )
  const read = all.map(([name, [, schema]], index) => [name, schema.parse(answers[index])])
  return Object.fromEntries(read)
}

/** Sends to the Docker Engine of a host, as `getFromEngine`. @param body JSON, which may hold a secret. */
export async function postToEngine(host: Host, path: string, body: object): Promise<void> {
  await exchange(host, 'POST', [path], body)
}

/** @returns what the engine answers for each path, parsed. */
async function exchange(
  host: Host,
  method: 'GET' | 'POST',
  paths: readonly string[],
  body?: object,
): Promise<unknown[]> {
  const ran = await host.run(ask, [method, body ? 'body' : '', ...paths], {
    stdin: body ? JSON.stringify(body) : '',
    timeoutMs: answerMs,
  })
  const { name } = host.address
  if (noAnswer.includes(ran.code)) {
    throw new UserError(
      `Docker doesn't answer on ${name} (${lastLine(ran.stderr)}): \`systemctl status docker\` there says why`,
    )
  }
  // The engine writes JSON in one line, and ends it or not.
  const answers = [...ran.stdout.matchAll(/([^\n]*)\n+(\d{3})\n/g)]
  if (ran.code !== 0 || answers.length !== paths.length) {
    throw new UserError(`asking Docker on ${name} failed: ${lastLine(ran.stderr) || `code ${ran.code}`}`)
  }
  return answers.map(([, text = '', status = ''], index) => {
    if (status.startsWith('2')) return parse(text)
    const parsed = z.object({ message: z.string() }).safeParse(parse(text))
    throw new EngineError(
      `Docker on ${name} says to ${method} ${paths[index]?.split('?')[0]}: ${parsed.data?.message ?? status}`,
      Number(status),
    )
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? ''
}

/** The query that keeps what has all of these: `?filters={"label":["a=b"]}`. */
export function filtered(filters: Readonly<Record<string, readonly string[]>>): string {
  return `?filters=${encodeURIComponent(JSON.stringify(filters))}`
}

import { z } from 'zod'
import { type Host } from '../host/host.ts'
import { UserError } from '../script.ts'

/** The Docker API's version since engine 20.10, which newer engines still answer to. */
const version = 'v1.41'

/** How long the engine may take for an answer, in ms. */
const answerMs = 20_000

/** curl's exit codes without an answer: no connection (7), and a socket that closed without one (52, 56). */
const noAnswer = [7, 52, 56]

/** Asks the engine; the body comes from standard input, for a token must not stand in an argument. */
const ask = `set -eu
exec curl --silent --show-error --max-time 15 --unix-socket /var/run/docker.sock \\
  --request "$1" --header 'Content-Type: application/json' \${3+--data-binary @-} \\
  --write-out '\\n%{http_code}' "http://docker/${version}$2"`

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
export function getFromEngine<T>(host: Host, path: string, schema: z.ZodType<T>): Promise<T> {
  return exchange(host, 'GET', path, undefined, schema)
}

/** Sends to the Docker Engine of a host, as `getFromEngine`. @param body JSON, which may hold a secret. */
export async function postToEngine(host: Host, path: string, body: object): Promise<void> {
  await exchange(host, 'POST', path, body, z.unknown())
}

async function exchange<T>(
  host: Host,
  method: 'GET' | 'POST',
  path: string,
  body: object | undefined,
  schema: z.ZodType<T>,
): Promise<T> {
  const ran = await host.run(ask, [method, path, ...(body ? ['body'] : [])], {
    stdin: body ? JSON.stringify(body) : '',
    timeoutMs: answerMs,
  })
  const { name } = host.address
  if (noAnswer.includes(ran.code)) {
    throw new UserError(
      `Docker doesn't answer on ${name} (${lastLine(ran.stderr)}): \`systemctl status docker\` there says why`,
    )
  }
  const [, text = '', status = ''] = /^([\s\S]*)\n(\d{3})$/.exec(ran.stdout) ?? []
  if (ran.code !== 0 || !status) {
    throw new UserError(`asking Docker on ${name} failed: ${lastLine(ran.stderr) || `code ${ran.code}`}`)
  }
  if (!status.startsWith('2')) {
    const parsed = z.object({ message: z.string() }).safeParse(parse(text))
    throw new EngineError(
      `Docker on ${name} says to ${method} ${path.split('?')[0]}: ${parsed.data?.message ?? status}`,
      Number(status),
    )
  }
  return schema.parse(parse(text))
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

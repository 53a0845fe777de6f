import { type ChildProcess, execFileSync, spawn } from 'node:child_process'

/** Says what to do when kcat, the client by librdkafka's author, isn't there. @throws Error */
export function requireKcat(): void {
  try {
    execFileSync('kcat', ['-V'], { stdio: 'ignore' })
  } catch {
    throw new Error(
      'kcat is not installed: install it (Debian: apt-get install kcat) and run this suite again',
    )
  }
}

/** Runs kcat to its end with `input`; gives what it printed. @throws Error with what it said when it fails. */
export async function kcat(args: readonly string[], input = ''): Promise<string> {
  const child = spawn('kcat', args, { stdio: 'pipe', timeout: 60_000 })
  const out: Buffer[] = []
  const said: Buffer[] = []
  child.stdout.on('data', chunk => out.push(chunk))
  child.stderr.on('data', chunk => said.push(chunk))
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const code = await new Promise<number | null>(resolve => child.once('close', resolve))
  if (code !== 0) throw new Error(`kcat ${args.join(' ')} ended with ${code}: ${Buffer.concat(said)}`)
  return Buffer.concat(out).toString()
}

/** A kcat that is a member of a group until it is ended. */
export type KcatMember = {
  /** Values read so far. */
  values: string[]
  /** Partitions it was assigned last. */
  assigned(): number[]
  /** Leaves the group. */
  leave(): Promise<void>
  /** Is gone without a word. */
  kill(): Promise<void>
}

/** Joins a group with `kcat -G`. */
export function joinWithKcat(brokers: string, group: string, topic: string): KcatMember {
  const settings = ['auto.offset.reset=earliest', 'session.timeout.ms=3000', 'heartbeat.interval.ms=300']
  const args = ['-b', brokers, '-u', ...settings.flatMap(setting => ['-X', setting]), '-G', group, topic]
  const child = spawn('kcat', args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const values: string[] = []
  let rest = ''
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n')
    rest = lines.pop() ?? ''
    values.push(...lines)
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  return {
    values,
    assigned: () => {
      const last = said.split('\n').findLast(line => line.includes('rebalanced'))
      const list = last?.split('assigned:')[1] ?? ''
      return [...list.matchAll(/\[(\d+)\]/g)].map(match => Number(match[1])).sort()
    },
    leave: () => end(child, 'SIGTERM'),
    kill: () => end(child, 'SIGKILL'),
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise(resolve => child.once('exit', resolve))
  child.kill(signal)
  await gone
}

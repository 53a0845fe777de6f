import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import getPort from 'get-port'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Machine } from './machines/machine.ts'
import { inside } from './walk/containers.ts'
import { openWalk, type Walk } from './walk/walk.ts'

/** A loaded machine takes minutes where another takes seconds. */
const slowly = { timeout: 420_000 }

let walk: Walk
/** The file that describes the hosts, as the user's own shell names it. */
let target: string

beforeAll(async () => {
  walk = await openWalk({ hosts: 2, source: { rate: 60 } })
  target = await walk.describe({ workers: 2 })
  await walk.must('deploy.ts', '--yes')
}, 900_000)

afterAll(async () => {
  await walk?.close()
}, 60_000)

/** Starts a user's command with an open standard input. */
function start(script: string, args: readonly string[]) {
  const zx = join(walk.project.folder, 'node_modules/.bin/zx')
  return spawn(zx, [`ops/${script}`, '--target', target, ...args], { cwd: walk.project.folder })
}

/** Runs a user's command with something on its standard input, to its end. */
async function typed(script: string, args: readonly string[], input: string | Uint8Array = '') {
  const child = start(script, args)
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const chunks: Buffer[] = []
  let stderr = ''
  child.stdout.on('data', chunk => chunks.push(chunk))
  child.stderr.setEncoding('utf8').on('data', text => (stderr += text))
  const [code] = await once(child, 'close')
  return { code: Number(code), out: Buffer.concat(chunks), stderr }
}

/** The host on which a replica of a service runs. */
async function hostOf(service: string, replica: number): Promise<string> {
  const script = `docker service ps --filter desired-state=running --format '{{.Name}} {{.Node}}' "$1" | sed -n "s/^$1.$2 //p"`
  return inside(walk.first, script, [`${walk.stack}_${service}`, String(replica)])
}

/** Nothing is left on a host of what a script did there. */
async function expectNothingOf(machine: Machine, pattern: string): Promise<void> {
  const look = async () => {
    const { stdout } = await machine.run('pgrep --full --list-full "$1" | grep -v pgrep || :', [pattern])
    expect(stdout).toBe('')
  }
  await vi.waitFor(look, { timeout: 20_000, interval: 500 })
}

const hostile = [
  '',
  ' ',
  "it's",
  '"quoted" \\ and \\\\',
  '$HOME `id` $(id) $x',
  '; rm -rf /tmp/x & true | false > /dev/null',
  'two\nlines\ttab',
  '*?[a]~!#',
  '--help',
  '-v',
  'ключ 🚲 \u202e',
  '%s %n \u0001',
]

test('all services speak in one order of time, from both hosts', slowly, async () => {
  const { code, stdout, said } = await walk.run('logs.ts', '--json', '--tail', '50')
  expect(code, said).toBe(0)
  const lines = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  const services = new Set(lines.map(({ service }) => service))
  for (const name of ['batch', 'dashboard', 'ingest', 'init', 'worker']) expect(services).toContain(name)
  expect(new Set(lines.map(({ node }) => node))).toEqual(new Set(['host-1', 'host-2']))
  const times = lines.map(({ time }) => Date.parse(time))
  expect(times).toEqual(times.toSorted((a, b) => a - b))
  expect(lines.find(({ service }) => service === 'worker').entry).toMatchObject({ service: 'worker' })
})

test('a service that there isn’t is told with those there are', slowly, async () => {
  const { code, said } = await walk.run('logs.ts', 'wrker')
  expect(code).toBe(1)
  expect(said.trim()).toBe(
    'there is no service "wrker"; there is: batch, dashboard, ingest, init, redpanda, worker',
  )
})

test('what a container writes at a terminal is shown, not done', slowly, async () => {
  const mark = `mark-${Date.now()}`
  const write = `printf '\\033]0;${mark}\\007\\n' > /proc/1/fd/1`
  const { code, stderr } = await typed('exec.ts', ['worker', '--', 'sh', '-c', write])
  expect(code, stderr).toBe(0)
  const { stdout } = await walk.run('logs.ts', 'worker', '--since', '5m')
  expect(stdout).toContain(`\\u{1b}]0;${mark}\\u{7}`)
  expect(stdout).not.toContain('\u001b')
})

test('followed lines end with Ctrl-C, well and with nothing left on the host', slowly, async () => {
  const following = walk.start('logs.ts', '--follow', '--tail', '1')
  await following.until(/worker\.\d \| /)
  await inside(walk.first, 'pgrep --full "docker service logs"')
  following.interrupt()
  const { code, said } = await following.ended
  expect(code, said).toBe(0)
  await expectNothingOf(walk.first, 'docker service logs')
})

test('arguments, input, output and exit code of a command are its own', slowly, async () => {
  const echo = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))'
  const told = await typed('exec.ts', ['worker', '--', 'node', '-e', echo, '--', ...hostile])
  expect(told.stderr).toBe('')
  expect(JSON.parse(told.out.toString())).toEqual(hostile)

  const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 256))
  const copied = await typed('exec.ts', ['worker', '--', 'cat'], bytes)
  expect(createHash('sha256').update(copied.out).digest('hex')).toBe(
    createHash('sha256').update(bytes).digest('hex'),
  )

  const ended = await typed('exec.ts', ['worker', '--', 'sh', '-c', 'echo no >&2; exit 37'])
  expect(ended).toMatchObject({ code: 37, stderr: 'no\n' })
  const unknown = await typed('exec.ts', ['worker', '--', 'no-such-command'])
  expect([126, 127]).toContain(unknown.code)
})

test('a command runs in the replica that is asked for, on whichever host it is', slowly, async () => {
  for (const replica of [1, 2]) {
    const host = await hostOf('worker', replica)
    const machine = walk.rehearsal.machines.find(({ name }) => name === host)
    if (!machine) throw new Error(`no machine is ${host}`)
    const { out, stderr } = await typed('exec.ts', ['worker', '--replica', String(replica), '--', 'hostname'])
    const own = await inside(machine, 'docker ps --no-trunc --format "{{.ID}}"')
    expect(
      own.split('\n').some(id => id.startsWith(out.toString().trim())),
      stderr,
    ).toBe(true)
  }
  expect(await hostOf('worker', 1)).not.toBe(await hostOf('worker', 2))
  const { code, stderr } = await typed('exec.ts', ['worker', '--replica', '9', '--', 'true'])
  expect({ code, stderr }).toEqual({ code: 1, stderr: 'worker has no replica 9 that runs; there is: 1, 2\n' })
})

test('with a terminal there is a shell in one', slowly, async () => {
  const zx = join(walk.project.folder, 'node_modules/.bin/zx')
  const line = `${zx} ops/exec.ts --target ${target} dashboard`
  const shell = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
    cwd: walk.project.folder,
    env: { ...process.env, TERM: 'xterm' },
  })
  let said = ''
  shell.stdout.setEncoding('utf8').on('data', text => (said += text))
  shell.stdin.write('tty; echo "$((6 * 7)) $0"; exit 5\n')
  const [code] = await once(shell, 'close')
  expect(said).toContain('/dev/pts/')
  expect(said).toMatch(/42 .*bash/)
  expect(code).toBe(5)
})

test(
  'the dashboard, and what is never published, come through a tunnel that mends itself',
  slowly,
  async () => {
    const port = await getPort({ host: '127.0.0.1' })
    const tunnel = walk.start('tunnel.ts', '--port', String(port))
    await tunnel.until(new RegExp(`http://127\\.0\\.0\\.1:${port}/`))
    const page = async () => (await fetch(`http://127.0.0.1:${port}/`)).text()
    expect(await page()).toContain('<title>')

    const second = await walk.run('tunnel.ts', '--port', String(port))
    expect(second).toMatchObject({ code: 1 })
    expect(second.said).toContain(`port ${port} of this machine is taken by another program`)

    await inside(walk.first, 'pkill --full "sshd: ec2-user"')
    await tunnel.until(/trying again[\s\S]*http:/)
    expect(await page()).toContain('<title>')
    tunnel.interrupt()
    expect((await tunnel.ended).code).toBe(0)

    const other = walk.start('tunnel.ts', '--port', String(port), '--service', 'worker', '--replica', '2')
    await other.until(/worker on host-\d/)
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`)
    expect(await ready.json()).toMatchObject({ ready: true })
    other.interrupt()
    expect((await other.ended).code).toBe(0)
  },
)

test('the audit runs beside the services, and says so with its exit code', slowly, async () => {
  const tally = walk.rehearsal.site.source.tallyUrl
  const { code, stdout, said } = await walk.run('audit.ts', '--source-tally', tally)
  expect(code, said).toBe(0)
  expect(stdout).toMatch(/^conserved: [\d,]+ records in the log/m)
  const { stdout: json } = await walk.run('audit.ts', '--json', '--quick')
  expect(JSON.parse(json)).toMatchObject({ verdict: 'conserved', depth: 'books' })
})

test('an audit that nobody waits for any more ends on the host, too', slowly, async () => {
  for (const machine of walk.rehearsal.machines) await expectNothingOf(machine, 'audit/main.ts')
  const audit = walk.start('audit.ts')
  const isThere = async () => {
    const found = await Promise.all(walk.rehearsal.machines.map(one => one.run('pgrep --full audit/main.ts')))
    expect(found.some(({ code }) => code === 0)).toBe(true)
  }
  await vi.waitFor(isThere, { timeout: 60_000, interval: 50 })
  audit.interrupt()
  expect((await audit.ended).code).toBe(1)
  for (const machine of walk.rehearsal.machines) await expectNothingOf(machine, 'audit/main.ts')
})

test('there is memory for one audit: a second one is told to wait', slowly, async () => {
  const hold = ['flock', '/tmp/audit.lock', 'sh', '-c', 'echo held; cat']
  const other = start('exec.ts', ['batch', '--', ...hold])
  await once(other.stdout, 'data')
  const { code, said } = await walk.run('audit.ts')
  other.stdin.end()
  await once(other, 'close')
  expect(code).toBe(1)
  expect(said).toContain('another audit of this stack runs: wait until it is done')
})

test('a node that is away keeps nobody from the words of the others', slowly, async () => {
  const [, second] = walk.rehearsal.machines
  if (!second) throw new Error('there is one host alone')
  await second.cutOff()
  try {
    const { code, stdout, said } = await walk.run('logs.ts', '--json', '--tail', '5')
    expect(code, said).toBe(0)
    expect(stdout).toContain('"node":"host-1"')
  } finally {
    await second.reconnect()
  }
})

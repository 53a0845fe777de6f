import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { type Sshd, startSshd } from '../../../test/engines/sshd.ts'
import { markProcess } from '../cloud/process-mark.ts'
import { socketFolder } from './control-socket.ts'
import { handOn } from './hand-on.ts'
import { type Host } from './host.ts'
import { mustRun } from './must-run.ts'
import { ConnectionLost } from './ssh-failure.ts'
import { addressOf, open, testFolder } from './test-hosts.ts'

let sshd: Sshd
let other: Sshd
let host: Host

beforeAll(async () => {
  sshd = await startSshd()
  other = await startSshd()
})
afterAll(async () => {
  await sshd.stop()
  await other.stop()
})

async function opened(): Promise<Host> {
  host = await open(addressOf(sshd), [sshd])
  return host
}

/** A process on the host, which is this machine, closes its output a moment before it has ended. */
async function ended(pid: string): Promise<void> {
  await vi.waitFor(() => expect(markProcess(Number(pid))).toBeUndefined(), { timeout: 5_000 })
}

/** A script that says its process's number in a file, and would go on for a minute. */
const lasting = 'echo $$ > "$1"; sleep 60; echo went on >> "$1"'

async function numberIn(file: string): Promise<string> {
  await vi.waitFor(() => expect(readFileSync(file, 'utf8')).toMatch(/^\d+\n$/), { timeout: 20_000 })
  return readFileSync(file, 'utf8')
}

test('hostile arguments arrive as they are, and run nothing', async () => {
  const args = [
    '',
    "it's",
    '"',
    '$(id)',
    '`id`',
    '$HOME',
    '!!',
    '-n',
    '~',
    '*',
    'a\nb',
    '\\',
    '; exit 3',
    'é漢🎈',
    "'\\''",
  ]
  const { stdout, code } = await (await opened()).run('printf "%s\\0" "$@"', args)
  expect(stdout.split('\0').slice(0, -1)).toEqual(args)
  expect(code).toBe(0)
})

test('a script’s own exit code is told apart from a connection that failed', async () => {
  await opened()
  for (const code of [0, 1, 124, 254, 255]) {
    expect(await host.run(`echo out; echo err >&2; exit ${code}`)).toEqual({
      code,
      stdout: 'out\n',
      stderr: 'err\n',
    })
  }
})

test('bytes of any kind go in and come out unchanged', async () => {
  const bytes = randomBytes(1_500_000)
  const chunks: Buffer[] = []
  const stdout = new PassThrough().on('data', chunk => chunks.push(chunk))
  expect(await (await opened()).run('cat', [], { stdin: bytes, stdout })).toMatchObject({
    code: 0,
    stdout: '',
  })
  expect(Buffer.concat(chunks).equals(bytes)).toBe(true)
})

test('a megabyte of output comes whole, and line by line', async () => {
  let lines = 0
  const { stdout } = await (await opened()).run('seq 1 150000; echo done >&2', [], { onLine: () => lines++ })
  expect(stdout.length).toBe(938_895)
  expect(lines).toBe(150_001)
})

test('a script that reads nothing isn’t waited for, and one that reads finds the end', async () => {
  const endless = Readable.from(
    (async function* () {
      for (;;) yield Buffer.alloc(100_000)
    })(),
  )
  expect((await (await opened()).run('echo done', [], { stdin: endless })).stdout).toBe('done\n')
  expect((await host.run('cat; echo end')).stdout).toBe('end\n')
  expect((await host.run('head -c 3; echo; echo end', [], { stdin: 'secret' })).stdout).toBe('sec\nend\n')
})

test('a secret that goes in as input stands in no argument of the host', async () => {
  const script = 'read -r secret; ps -eo args | grep -c "$secret" || true'
  expect((await (await opened()).run(script, [], { stdin: 'hunter2-of-this-test\n' })).stdout).toBe('1\n')
})

test('a failed script is told with what it was for, its code and its last lines', async () => {
  await opened()
  const script = 'seq 1 40; seq 1 40 >&2; printf "no \\033[2J space\\n" >&2; exit 3'
  const failure = mustRun(host, 'to build the image', script)
  await expect(failure).rejects.toThrow(/^to build the image failed on host-1 \(exit code 3\):\n {2}32\n/)
  await expect(failure).rejects.toThrow(/40\n {2}no \\u\{1b\}\[2J space$/)
  await expect(mustRun(host, 'to look', 'exit 1')).rejects.toThrow('(exit code 1), and said nothing')
})

test('a run that takes too long is given up, and its script on the host ends', async () => {
  const file = join(testFolder(), 'pid')
  await opened()
  await host.run('true')
  const run = host.run(lasting, [file], { timeoutMs: 1_000 })
  await expect(run).rejects.toThrow("host-1 wasn't done after 1 s")
  await ended(await numberIn(file))
})

test('Ctrl-C ends the script on the host with the run, well before it would be killed', async () => {
  const file = join(testFolder(), 'pid')
  const interrupt = new AbortController()
  const run = (await opened()).run(lasting, [file], { signal: interrupt.signal })
  const pid = await numberIn(file)
  const before = performance.now()
  interrupt.abort(new Error('interrupted'))
  await expect(run).rejects.toThrow('interrupted')
  expect(performance.now() - before).toBeLessThan(9_000)
  await ended(pid)
})

test('what was running ends when the connection breaks; the next run makes it anew', async () => {
  const file = join(testFolder(), 'pid')
  const run = (await opened()).run(`cat > /dev/null; echo took a part >> "$1"; exit`, [file], {
    stdin: new PassThrough(),
  })
  const second = host.run(lasting, [`${file}-2`])
  const pid = await numberIn(`${file}-2`)
  sshd.dropConnections()
  const [first, last] = await Promise.allSettled([run, second])
  expect(first).toMatchObject({ reason: expect.any(ConnectionLost) })
  expect(last).toMatchObject({
    reason: { message: expect.stringMatching(/^the connection to host-1 broke/) },
  })
  await ended(pid)
  expect(existsSync(file)).toBe(false)
  expect((await host.run('echo again')).stdout).toBe('again\n')
})

test('a host that goes silent in the middle is given up', async () => {
  await opened()
  await host.run('true')
  sshd.freeze()
  onTestFinished(() => sshd.thaw())
  await expect(host.run('echo hello')).rejects.toThrow(/^the connection to host-1 broke/)
  await expect(host.run('echo hello')).rejects.toThrow(/host-1 \(127.0.0.1 port \d+\) didn't answer in time/)
})

test('another key than the pinned one is refused, with both fingerprints', async () => {
  const wrong = await open(addressOf(sshd, { keyName: `key-${other.port}` }), [other])
  const failure = wrong.run('true')
  await expect(failure).rejects.toThrow(
    /shows the key SHA256:\S{43}; pinned for key-\d+ is SHA256:\S{43}\. Nothing/,
  )
})

test('a host whose key isn’t pinned is refused', async () => {
  const unknown = await open(addressOf(sshd, { keyName: 'i-0123' }), [other])
  await expect(unknown.run('true')).rejects.toThrow(/no key is pinned for host-1 .* under the name i-0123/)
})

test('who isn’t let in is told with user and key', async () => {
  const stranger = await open(addressOf(sshd, { identity: other.identity }), [sshd])
  await expect(stranger.run('true')).rejects.toThrow(
    `host-1 (127.0.0.1 port ${sshd.port}) doesn't let ${sshd.user} in with ${other.identity}`,
  )
})

test('a key that others may read is named with the command that puts it right', async () => {
  const loose = await startSshd()
  onTestFinished(() => loose.stop())
  chmodSync(loose.identity, 0o644)
  const failure = (await open(addressOf(loose), [loose])).run('true')
  await expect(failure).rejects.toThrow(`run \`chmod 600 ${loose.identity}\``)
})

test('nothing listening, a name that nobody knows: each in a sentence', async () => {
  const nobody = await open(addressOf(sshd, { port: 1 }), [sshd])
  await expect(nobody.run('true')).rejects.toThrow('host-1 (127.0.0.1 port 1) refused the connection')
  const nameless = await open(addressOf(sshd, { address: 'wikiflow.invalid' }), [sshd])
  await expect(nameless.run('true')).rejects.toThrow('no address is known for host-1 (wikiflow.invalid port')
})

test('a machine without ssh is told what to install', async () => {
  const node = join(testFolder(), 'node')
  symlinkSync(process.execPath, node)
  await opened()
  vi.stubEnv('PATH', join(node, '..'))
  onTestFinished(() => void vi.unstubAllEnvs())
  await expect(host.run('true')).rejects.toThrow('ssh is not on this machine: install OpenSSH')
})

test('a host behind another is reached through it', async () => {
  const jump = addressOf(other, { name: 'gate' })
  const behind = await open(addressOf(sshd, { jump }), [sshd, other])
  expect((await behind.run('cat', [], { stdin: 'through' })).stdout).toBe('through')
})

test('which host of the way fails is named', async () => {
  const gate = addressOf(other, { name: 'gate' })
  const to = async (jump: Partial<typeof gate>, changes: Partial<typeof gate> = {}) =>
    (await open(addressOf(sshd, { jump: { ...gate, ...jump }, ...changes }), [sshd, other])).run('true')
  await expect(to({ port: 1 })).rejects.toThrow(/^on the way to host-1: gate \(127.0.0.1 port 1\) refused/)
  await expect(to({ keyName: `key-${sshd.port}` })).rejects.toThrow(
    /^on the way to host-1: gate .*shows the key SHA256/,
  )
  await expect(to({ identity: sshd.identity })).rejects.toThrow(/^on the way to host-1: gate .*doesn't let/)
  await expect(to({}, { port: 1 })).rejects.toThrow(/^gate is reached, but can't reach host-1/)
  await expect(to({}, { keyName: 'i-0123' })).rejects.toThrow(/^no key is pinned for host-1/)
})

test('a closed host leaves no connection and no socket', async () => {
  const before = new Set(readdirSync(socketFolder()))
  await opened()
  await host.run('true')
  const mine = readdirSync(socketFolder()).filter(name => !before.has(name))
  expect(mine).toHaveLength(1)
  await host.close()
  await vi.waitFor(() => expect(readdirSync(socketFolder())).not.toContain(mine[0]))
  await host.close()
})

test('the socket of a connection whose process was killed is in nobody’s way', async () => {
  const before = new Set(readdirSync(socketFolder()))
  await opened()
  const { stdout } = await host.run('echo "$PPID"; ps -o ppid= -p "$PPID"')
  expect(stdout).not.toBe('')
  const socket = readdirSync(socketFolder()).find(name => !before.has(name)) ?? ''
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    if (commandOf(pid).startsWith('ssh:') && commandOf(pid).includes(socket))
      process.kill(Number(pid), 'SIGKILL')
  }
  expect(readdirSync(socketFolder())).toContain(socket)
  expect((await host.run('echo again')).stdout).toBe('again\n')
})

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

test('many runs at once share one connection', async () => {
  await opened()
  const said = await Promise.all(Array.from({ length: 8 }, (_, n) => host.run('echo "$1"', [String(n)])))
  expect(said.map(({ stdout }) => stdout.trim())).toEqual(['0', '1', '2', '3', '4', '5', '6', '7'])
  expect(said.map(({ stderr }) => stderr).join('')).toBe('')
})

test('a host’s output is handed on to another’s input', async () => {
  await opened()
  const second = await open(addressOf(other, { name: 'host-2' }), [other])
  const bytes = 20_000_000
  const received = await handOn(
    { host, doing: 'to save', script: `head -c ${bytes} /dev/zero` },
    { host: second, doing: 'to load', script: 'wc -c' },
  )
  expect(Number(received)).toBe(bytes)
})

test('when one side fails the other is ended, and takes no part for the whole', async () => {
  await opened()
  const second = await open(addressOf(other, { name: 'host-2' }), [other])
  const file = join(testFolder(), 'loaded')
  const load = 'cat > /dev/null; echo whole > "$1"'
  const half = handOn(
    { host, doing: 'to save', script: 'head -c 1000000 /dev/zero; exit 4' },
    { host: second, doing: 'to load', script: load, args: [file] },
  )
  await expect(half).rejects.toThrow('to save failed on host-1 (exit code 4)')
  const refused = handOn(
    { host, doing: 'to save', script: 'cat /dev/zero' },
    { host: second, doing: 'to load', script: 'head -c 100000 > /dev/null; echo full >&2; exit 1' },
  )
  await expect(refused).rejects.toThrow('to load failed on host-2 (exit code 1): full')
  expect(existsSync(file)).toBe(false)
})

import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { swap, unpack } from './archive.ts'

const log = { a: 'new a', b: 'new b', redpanda: 'new log', empty: '' }

/** As in the image: flock, and GNU's find and mv. */
const onLinux = test.runIf(process.platform === 'linux')

/** A volume in which a restore's content stands whole beside the old one. */
function volume() {
  const folder = mkdtempSync(join(tmpdir(), 'wikiflow-swap-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const [at, bin] = [join(folder, 'log'), join(folder, 'bin')]
  for (const path of [at, bin, join(at, '.incoming'), join(at, 'redpanda')]) mkdirSync(path)
  writeFileSync(join(at, 'redpanda', 'log'), 'old log')
  writeFileSync(join(at, 'only-old'), 'old')
  fill(join(at, '.incoming'))
  /** Puts a script in a program's place. */
  const replace = (name: string, script: string) => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  const options = { cwd: at, env: { PATH: `${bin}:${process.env.PATH}` } }
  const command = (script: string): [string, string[]] => ['sh', ['-c', `set -eu\n${script}`]]
  return {
    ...{ at, bin, replace },
    run: (script: string, input: string | Buffer = '') =>
      execFileSync(...command(script), { ...options, input, stdio: ['pipe', 'pipe', 'pipe'] }),
    start: (script: string) => {
      const child = spawn(...command(script), { ...options, stdio: 'ignore' })
      return { child, ended: new Promise<number | null>(resolve => child.once('exit', resolve)) }
    },
  }
}

function fill(folder: string): void {
  for (const [name, text] of Object.entries(log)) {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'log'), text)
  }
}

function holds(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder).map(name => [name, readFileSync(join(folder, name, 'log'), 'utf8')]),
  )
}

/** Does the first half of what it is asked, and ends as if killed, when it is called for the n-th time. */
const cutOff = (program: string, n: number) => `echo >> "$0.calls"
[ "$(wc -l < "$0.calls")" -eq ${n} ] || exec ${program} "$@"
case "$1 $2" in
  '-t .') ${program} -t . "$3" ;;
  '-rf '*) ${program} -rf "$2" ;;
esac
exit 137`

onLinux('the new log takes the place of the old one, of which nothing stays', () => {
  const { at, run } = volume()
  run(swap)
  expect(holds(at)).toEqual(log)
})

onLinux.each([
  ...[1, 2, 3].map(n => ['mv', '/bin/mv', n] as const),
  ['rm', '/bin/rm', 1] as const,
  ['rmdir', '/bin/rmdir', 1] as const,
])(
  'cut off at %s (%s, call %i), the swap is run again and ends as if it had been run once',
  (name, path, n) => {
    const { at, bin, run, replace } = volume()
    replace(name, cutOff(path, n))
    expect(() => run(swap)).toThrow()
    rmSync(join(bin, name))
    run(swap)
    expect(holds(at)).toEqual(log)
    run(swap)
    expect(holds(at)).toEqual(log)
  },
)

onLinux('one that is run again while the first is at work waits for it', async () => {
  const { at, replace, start } = volume()
  replace('mv', 'sleep 0.2\nexec /bin/mv "$@"')
  const both = [start(swap), start(swap)]
  expect(await Promise.all(both.map(({ ended }) => ended))).toEqual([0, 0])
  expect(holds(at)).toEqual(log)
})

onLinux('a connection that ends does not end a swap that has begun', async () => {
  const { at, bin, replace, start } = volume()
  replace('mv', 'touch "$0.begun"\nsleep 0.2\nexec /bin/mv "$@"')
  const { child, ended } = start(swap)
  await expect.poll(() => readdirSync(bin)).toContain('mv.begun')
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
  expect(holds(at)).toEqual(log)
})

onLinux(
  'a later restore first ends the swap that a host went down in, so that the log is whole meanwhile',
  () => {
    const { at, bin, run, replace } = volume()
    replace('mv', cutOff('/bin/mv', 3))
    expect(() => run(swap)).toThrow()
    rmSync(join(bin, 'mv'))
    expect(() => run(unpack, 'no archive')).toThrow()
    rmSync(join(at, '.incoming'), { recursive: true })
    expect(holds(at)).toEqual(log)
  },
)

onLinux('what arrived in part is thrown away by the next restore, and what was there stays', () => {
  const { at, run } = volume()
  const archive = execFileSync('tar', ['--create', '--gzip', '--directory', join(at, '.incoming'), '.'])
  rmSync(join(at, '.incoming', 'a'), { recursive: true })
  run(unpack, archive)
  expect(holds(join(at, '.incoming'))).toEqual(log)
  expect(readFileSync(join(at, 'only-old'), 'utf8')).toBe('old')
})

import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { failedFile, longestUserData, readyFile, releaseOf, userData } from './user-data.ts'

const run = promisify(execFile)
const script = userData({ release: '2023.12.20260930' })

test('the first boot takes Docker from the repositories of the image itself', () => {
  expect(releaseOf('al2023-ami-2023.12.20260930.0-kernel-6.1-x86_64')).toBe('2023.12.20260930')
  expect(script).toContain(
    'dnf install -y --releasever=2023.12.20260930 docker tar util-linux coreutils findutils',
  )
})

test.each(['', 'al2023-ami-minimal-2023.12.20260930.0-kernel-6.1-x86_64', 'ubuntu-noble-24.04', '$(reboot)'])(
  'an image named %o is refused, for its release is not known',
  name => {
    expect(() => releaseOf(name)).toThrow(/isn't the name of an Amazon Linux 2023 image/)
  },
)

test('the first boot fits into user data', () => {
  expect(Buffer.byteLength(script)).toBeLessThan(longestUserData)
})

describe('the first boot, run with stand-ins for what changes a machine,', () => {
  let root: string

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'wikiflow-boot-'))
    for (const folder of ['bin', 'etc/dnf', 'etc/ssh/sshd_config.d', 'etc/sysctl.d', 'var/lib']) {
      await mkdir(join(root, folder), { recursive: true })
    }
    await writeFile(join(root, 'etc/fstab'), 'UUID=1 / xfs defaults 1 1\n')
    await writeFile(join(root, 'etc/dnf/dnf.conf'), '[main]\ngpgcheck=1\n')
    for (const name of ['dd', 'mkswap', 'systemctl', 'usermod', 'groupadd', 'sysctl', 'sleep'])
      await stub(name, '')
    await stub(
      'swapon',
      `case "$1" in --show*) cat ${root}/swaps 2>/dev/null;; *) echo "$1" >> ${root}/swaps;; esac`,
    )
    await stub('getent', `grep -q '^groupadd --system docker' ${root}/calls`)
    await stub('rpm', `test -e ${root}/installed`)
    await stub('dnf', `touch ${root}/installed`)
    await stub('docker', 'echo 25.0.14')
  })

  afterEach(() => rm(root, { recursive: true }))

  /** A program that writes down how it was called, then does `body`. */
  async function stub(name: string, body: string): Promise<void> {
    const path = join(root, 'bin', name)
    await writeFile(path, `#!/bin/sh\necho "${name} $*" >> ${root}/calls\n${body}\n`)
    await chmod(path, 0o755)
  }

  async function boot(): Promise<string[]> {
    await rm(join(root, 'calls'), { force: true })
    const here = script.replaceAll(/(?<=[\s'"^])\/(etc|var|swapfile)/g, `${root}/$1`)
    await run('bash', ['-c', here], { env: { PATH: `${join(root, 'bin')}:/usr/bin:/bin` } })
    return (await readFile(join(root, 'calls'), 'utf8')).trimEnd().split('\n')
  }

  const read = (path: string) => readFile(join(root, path), 'utf8')

  test('sets up swap, kernel and Docker, then says that it is ready', async () => {
    const calls = await boot()
    expect(calls).toContain(
      'dnf install -y --releasever=2023.12.20260930 docker tar util-linux coreutils findutils',
    )
    expect(calls).toContain('systemctl enable --now docker')
    expect(await read(readyFile)).toBe('release=2023.12.20260930\ndocker=25.0.14\n')
    expect(await read('etc/sysctl.d/90-wikiflow.conf')).toContain('fs.aio-max-nr = 1048576')
    expect(await read('etc/ssh/sshd_config.d/10-wikiflow.conf')).toContain('ClientAliveInterval 15')
    const settings = JSON.parse(await read('etc/docker/daemon.json'))
    expect(settings).toMatchObject({ 'live-restore': false, 'log-opts': { 'max-size': '10m' } })
  })

  test('lets the operator use Docker before anything else, so that no early login is without it', async () => {
    const calls = await boot()
    const at = (call: string) => calls.indexOf(call)
    expect(at('groupadd --system docker')).toBeGreaterThan(-1)
    expect(at('usermod --append --groups docker ec2-user')).toBe(at('groupadd --system docker') + 1)
    expect(calls.findIndex(call => call.startsWith('dnf'))).toBeGreaterThan(
      at('usermod --append --groups docker ec2-user'),
    )
  })

  test('changes nothing when it runs again', async () => {
    await boot()
    const [fstab, conf] = [await read('etc/fstab'), await read('etc/dnf/dnf.conf')]
    const again = await boot()
    expect(again.filter(call => /^(dnf|dd|mkswap|swapon \/)/.test(call))).toEqual([])
    expect([await read('etc/fstab'), await read('etc/dnf/dnf.conf')]).toEqual([fstab, conf])
    expect(fstab.match(/swap sw/g)).toHaveLength(1)
  })

  test('tries again when the repository does not answer at first', async () => {
    await stub('dnf', `test $(grep -c "^dnf" ${root}/calls) -ge 3 && touch ${root}/installed`)
    const calls = await boot()
    expect(calls.filter(call => call.startsWith('dnf'))).toHaveLength(3)
    expect(await read(readyFile)).toContain('docker=25.0.14')
  })

  test('that fails says which command did, and not that it is ready', async () => {
    await stub('dnf', 'exit 1')
    await expect(boot()).rejects.toThrow()
    expect(await read(failedFile)).toMatch(/^line \d+: rpm --quiet -q docker tar .*\n$/)
    expect(await readdir(join(root, 'var/lib/wikiflow'))).toEqual(['failed'])
    await stub('dnf', `touch ${root}/installed`)
    await boot()
    expect(await readdir(join(root, 'var/lib/wikiflow'))).toEqual(['ready'])
  })
})

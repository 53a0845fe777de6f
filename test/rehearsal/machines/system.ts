import { chmod, copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cached } from './cache.ts'
import { must } from './command.ts'

/** The newest Debian whose Docker is older than what hosts on AWS run: what works here works there. */
const suite = 'bookworm'
const mirror = 'http://deb.debian.org/debian'

/** What a host has: Docker's engine and client, sshd, and the commands that scripts run on hosts may use. */
const packages = ['docker.io', 'openssh-server', 'curl', 'iproute2', 'iptables', 'procps', 'ca-certificates']

/** What an image for containers goes without, as Debian's own "slim" ones. */
const trimmed = ['usr/share/doc', 'usr/share/man', 'usr/share/locale', 'var/lib/apt/lists', 'var/cache/apt']

/** The user of a host, as on Amazon Linux. */
export const hostUser = 'ec2-user'

/** The tar file of a small Debian, the base of images; made once, in three quarters of a minute. */
export async function debianTar(): Promise<string> {
  return cached(`debian-${suite}.tar`, [suite, trimmed], async file => {
    const root = await mkdtemp(join(tmpdir(), 'wikiflow-debian-'))
    try {
      await must('debootstrap', ['--variant=minbase', suite, root, mirror], { timeoutMs: 600_000 })
      for (const path of trimmed) await rm(join(root, path), { recursive: true, force: true })
      await must('tar', ['-C', root, '-cf', file, '.'])
    } finally {
      await rm(root, { recursive: true, force: true })
    }
  })
}

/** The tar file of a host's system: that Debian with Docker and sshd; made once, in half a minute more. */
async function machineTar(): Promise<string> {
  return cached(`machine-${suite}.tar`, [suite, packages, hostUser], async file => {
    const root = await mkdtemp(join(tmpdir(), 'wikiflow-machine-'))
    try {
      await must('tar', ['-C', root, '-xf', await debianTar()])
      await installPackages(root)
      await must('chroot', [
        root,
        'useradd',
        '--create-home',
        '--shell',
        '/bin/bash',
        '--groups',
        'docker',
        hostUser,
      ])
      // A host makes keys of its own at its first boot.
      const keys = (await readdir(join(root, 'etc/ssh'))).filter(name => name.startsWith('ssh_host_'))
      for (const key of keys) await rm(join(root, 'etc/ssh', key))
      await must('tar', ['-C', root, '-cf', file, '.'])
    } finally {
      await rm(root, { recursive: true, force: true })
    }
  })
}

/** Unpacks a host's system into a folder, in two seconds. */
export async function unpackSystem(folder: string): Promise<void> {
  await mkdir(folder)
  await must('tar', ['-C', folder, '-xf', await machineTar()])
}

async function installPackages(root: string): Promise<void> {
  const inside = ['-u', 'TMPDIR', 'DEBIAN_FRONTEND=noninteractive', 'chroot', root]
  const apt = (...args: string[]) =>
    must('env', [...inside, 'apt-get', '-q', ...args], { timeoutMs: 600_000 })
  const noServices = join(root, 'usr/sbin/policy-rc.d')
  await writeFile(noServices, '#!/bin/sh\nexit 101\n')
  await chmod(noServices, 0o755)
  await copyFile('/etc/resolv.conf', join(root, 'etc/resolv.conf'))
  await mkdir(join(root, 'var/cache/apt/archives/partial'), { recursive: true })
  await apt('update')
  await apt('install', '-y', '--no-install-recommends', ...packages)
  await apt('clean')
  await rm(join(root, 'var/lib/apt/lists'), { recursive: true, force: true })
}

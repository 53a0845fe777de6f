import { existsSync } from 'node:fs'
import { chmod, copyFile, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cached } from './cache.ts'
import { must } from './command.ts'

/** The newest Debian whose Docker is older than what hosts on AWS run: what works here works there. */
const suite = 'bookworm'
const mirror = 'http://deb.debian.org/debian'

/** What a host has: Docker's engine and client, sshd, and the commands that scripts run on hosts may use. */
const packages = ['docker.io', 'openssh-server', 'curl', 'iproute2', 'iptables', 'procps', 'ca-certificates']

/**
 * A folder with another Docker than Debian's, whose programs take the place of those of the same name: `dockerd` and
 * `docker` of one release, and what else it brings (`containerd`, `runc`…). `docker-buildx` becomes the client's plugin.
 */
const otherDocker = process.env.WIKIFLOW_REHEARSAL_DOCKER

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
export async function machineTar(): Promise<string> {
  return cached(`machine-${suite}.tar`, [suite, packages, hostUser, await programs()], async file => {
    const root = await mkdtemp(join(tmpdir(), 'wikiflow-machine-'))
    try {
      await must('tar', ['-C', root, '-xf', await debianTar()])
      await installPackages(root)
      await installPrograms(root)
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

/** Those of the other Docker, with what tells them from those of another release; none without it. */
async function programs(): Promise<{ name: string; bytes: number; madeMs: number }[]> {
  if (!otherDocker) return []
  const names = (await readdir(otherDocker)).toSorted()
  const found = names.map(async name => {
    const { size, mtimeMs } = await stat(join(otherDocker, name))
    return { name, bytes: size, madeMs: mtimeMs }
  })
  return Promise.all(found)
}

async function installPrograms(root: string): Promise<void> {
  for (const { name } of await programs()) {
    const folders = name === 'docker-buildx' ? ['usr/libexec/docker/cli-plugins'] : ['usr/sbin', 'usr/bin']
    const folder = folders.find(path => existsSync(join(root, path, name))) ?? folders.at(-1) ?? ''
    await mkdir(join(root, folder), { recursive: true })
    await must('install', ['--mode=755', join(otherDocker ?? '', name), join(root, folder, name)])
  }
}

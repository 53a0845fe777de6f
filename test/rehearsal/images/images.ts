import { spawn } from 'node:child_process'
import { createWriteStream, existsSync } from 'node:fs'
import { chmod, copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { kafkaJars } from '../../engines/apache-kafka.ts'
import { cached } from '../machines/cache.ts'
import { must } from '../machines/command.ts'
import { makeIdentity } from '../machines/identity.ts'
import { type Machine, startMachine } from '../machines/machine.ts'
import { openNetwork } from '../machines/network.ts'
import { debianTar, machineTar, unpackSystem } from '../machines/system.ts'

const nodeBinary = join(import.meta.dirname, '../../../node_modules/node/bin/node')

/** The npm that comes with Node 26's official image. */
const npmVersion = '12.2.0'

/** Names of the images that a machine has from the start. */
export const imageNames = {
  debian: 'debian:bookworm-slim',
  node: 'node:26-bookworm-slim',
  kafka: 'wikiflow-rehearsal/kafka:4',
} as const

/**
 * The tar file of an engine's folder with the base images in it, which a machine unpacks five times as fast as it would
 * load them. They are built in a machine of their own, once, in a minute or two.
 */
export async function imagesTar(): Promise<string> {
  const recipes = (await readdir(import.meta.dirname)).filter(name => !name.endsWith('.ts')).toSorted()
  const texts = await Promise.all(recipes.map(name => readFile(join(import.meta.dirname, name), 'utf8')))
  const node = await must(nodeBinary, ['--version'])
  const debian = await debianTar()
  const machine = basename(await machineTar())
  const recipe = [machine, node, npmVersion, texts, basename(dirname(await kafkaJars()))]
  return cached('images.tar', recipe, file =>
    withBuilder(async builder => {
      await buildImages(builder, debian)
      await saveEngine(builder, file)
    }),
  )
}

async function withBuilder(work: (builder: Machine) => Promise<void>): Promise<void> {
  const network = await openNetwork()
  try {
    const system = join(network.folder, 'system')
    await unpackSystem(system)
    const identity = await makeIdentity(network.folder)
    const builder = await startMachine({ name: 'builder', network, number: 2, system, identity })
    try {
      await work(builder)
    } finally {
      await builder.stop()
    }
  } finally {
    await network.close()
  }
}

async function buildImages(builder: Machine, debian: string): Promise<void> {
  const docker = async (args: readonly string[], options: Parameters<Machine['run']>[2] = {}) => {
    const { code, stdout, stderr } = await builder.run('exec docker "$@"', args, {
      timeoutMs: 600_000,
      ...options,
    })
    if (code !== 0) throw new Error(`docker ${args.join(' ')} failed (${code}): ${stdout}${stderr}`)
  }
  const folder = await mkdtemp(join(tmpdir(), 'wikiflow-images-'))
  try {
    await docker(['import', '--change', 'CMD ["bash"]', '-', imageNames.debian], {
      stdin: spawn('cat', [debian]).stdout,
    })
    const contexts = {
      node: await nodeContext(join(folder, 'node')),
      kafka: await kafkaContext(join(folder, 'kafka')),
    }
    for (const [name, context] of Object.entries(contexts)) {
      const tag = imageNames[name as keyof typeof contexts]
      const stdin = spawn('tar', ['-C', context, '--owner=0', '--group=0', '-c', '.']).stdout
      await docker(['build', '--quiet', '--tag', tag, '--file', `${name}.Dockerfile`, '-'], { stdin })
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * Writes what a stopped engine has of images, and nothing by which it is this engine. From Docker 29 on they are
 * containerd's.
 */
async function saveEngine(builder: Machine, file: string): Promise<void> {
  const script = `kill $(cat /var/run/docker.pid)
while [ -e /var/run/docker.pid ]; do sleep 0.1; done
cd /var/lib/docker
tar --xattrs --xattrs-include='*' -c $(ls -d image overlay2 containerd rootfs 2>/dev/null)`
  const { code, stderr } = await builder.run(script, [], {
    stdout: createWriteStream(file),
    timeoutMs: 300_000,
  })
  if (code !== 0) throw new Error(`the images can't be saved: ${stderr}`)
}

async function recipesInto(folder: string): Promise<void> {
  await mkdir(folder)
  await cp(import.meta.dirname, folder, { recursive: true, filter: path => !path.endsWith('.ts') })
}

async function nodeContext(folder: string): Promise<string> {
  await recipesInto(folder)
  await copyFile(nodeBinary, join(folder, 'node'))
  await chmod(join(folder, 'node'), 0o755)
  await must('npm', ['pack', '--silent', '--pack-destination', folder, `npm@${npmVersion}`])
  await mkdir(join(folder, 'npm'))
  await must('tar', [
    '-C',
    join(folder, 'npm'),
    '--strip-components=1',
    '-xf',
    join(folder, `npm-${npmVersion}.tgz`),
  ])
  const registry = (await must('npm', ['config', 'get', 'registry'])).trim()
  await writeFile(join(folder, 'npmrc'), `registry=${registry}\n`)
  const authorities = '/etc/ssl/certs/ca-certificates.crt'
  await writeFile(join(folder, 'authorities.pem'), existsSync(authorities) ? await readFile(authorities) : '')
  return folder
}

async function kafkaContext(folder: string): Promise<string> {
  await recipesInto(folder)
  await cp(await kafkaJars(), join(folder, 'libs'), { recursive: true })
  return folder
}

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, link, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { makePrivateFolder } from '../private-folder.ts'
import { UserError } from '../script.ts'

const run = promisify(execFile)

/** An SSH public key as OpenSSH shows it: `SHA256:` and base64. @throws UserError for what isn't one. */
export function fingerprint(publicKey: string): string {
  const blob = publicKey.trim().split(/\s+/)[1]
  if (!blob) throw new UserError(`"${publicKey.slice(0, 40)}" is no public SSH key: a type and base64 are`)
  const digest = createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64')
  return `SHA256:${digest.replace(/=+$/, '')}`
}

/**
 * The public half of a private key's file, `ssh-ed25519 AAAA…`; undefined when there is no such file. It is worked
 * out from the private half: a `.pub` beside it could be another key's.
 * @throws UserError when the file holds no key, or others may read it.
 */
export async function publicHalf(file: string): Promise<string | undefined> {
  if (!(await exists(file))) return undefined
  try {
    // An empty passphrase, so that it never asks for one.
    const { stdout } = await run(keygen, ['-y', '-P', '', '-f', file])
    return stdout.trim()
  } catch (error) {
    throw unusable(file, error)
  }
}

/**
 * The public half where the private one isn't, on a machine that only plans: a person or a pipeline has put it into the
 * file `public-key` beside. Undefined without it.
 */
export async function givenHalf(file: string): Promise<string | undefined> {
  const text = await readFile(join(dirname(file), 'public-key'), 'utf8').catch(() => '')
  return text.trim() || undefined
}

/**
 * Makes an ed25519 key without a passphrase, unless the file is there: the file is 0600, its folder 0700. The key
 * appears under its name only when it is complete.
 * @param comment tells people which key it is.
 * @returns its public half.
 */
export async function makeKey(file: string, comment: string): Promise<string> {
  const folder = dirname(file)
  makePrivateFolder(folder)
  try {
    if (!(await exists(file))) await makeAside(file, comment)
  } finally {
    await removeDrafts(file)
  }
  const half = await publicHalf(file)
  if (half === undefined)
    throw new UserError(`${file} was removed while it was made: run the same command again`)
  await writeFile(`${file}.pub`, `${half}\n`)
  return half
}

const keygen = 'ssh-keygen'

/** Makes a key in a folder of its own and gives it its name at last, unless another run was faster. */
async function makeAside(file: string, comment: string): Promise<void> {
  const draft = await mkdtemp(`${file}.draft-`)
  const made = join(draft, 'key')
  try {
    await run(keygen, ['-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', made])
    // Unlike a rename, a link never takes the place of another key.
    await link(made, file)
  } catch (error) {
    if (!(await exists(file))) throw unusable(made, error)
  }
}

/** Another run's as well: one that was killed left it, and one that is at work finds the key made. */
async function removeDrafts(file: string): Promise<void> {
  const drafts = (await readdir(dirname(file))).filter(name => name.startsWith(`${basename(file)}.draft-`))
  for (const name of drafts) await rm(join(dirname(file), name), { recursive: true, force: true })
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}

function unusable(file: string, error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  if ('code' in error && error.code === 'ENOENT') {
    return new UserError('ssh-keygen is not on this machine: install the OpenSSH client')
  }
  const said = 'stderr' in error ? String(error.stderr).trim() : error.message
  if (/UNPROTECTED PRIVATE KEY/.test(said)) {
    return new UserError(`${file} may be read by others than its owner: run \`chmod 600 ${file}\``)
  }
  return new UserError(
    `${file} is no usable SSH key (${said.split('\n').at(-1)}): put the key back, or move the file away when no host knows it`,
  )
}

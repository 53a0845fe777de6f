import { mkdir, readdir, readlink, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { isGone, markProcess, type ProcessMark } from '../../../ops/lib/cloud/process-mark.ts'

/** A link for each number in use; its text is the mark of the process that uses it. A reboot clears them. */
const folder = '/run/wikiflow-rehearsal'

/** Takes the first of the numbers that no other rehearsal has. @throws RangeError when all are taken. */
export async function claim(numbers: readonly number[]): Promise<number> {
  await mkdir(folder, { recursive: true })
  for (const number of numbers) {
    if (await take(String(number))) return number
  }
  throw new RangeError(`all of ${numbers.length} networks for rehearsals are taken`)
}

/** Gives a number back. */
export async function release(number: number): Promise<void> {
  await rm(join(folder, String(number)), { force: true })
}

/** Whether any number is in use. */
export async function anyClaimed(): Promise<boolean> {
  return (await readdir(folder)).length > 0
}

/** Calls `clear` for the numbers of processes that are gone, for each in one process at a time. */
export async function sweep(clear: (number: number) => Promise<void>): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const name of await readdir(folder)) {
    if (!(await isLeft(name))) continue
    const lock = `clearing-${name.replace(/^clearing-/, '')}`
    if (name === lock) {
      await rm(join(folder, lock), { force: true })
      continue
    }
    if (!(await take(lock))) continue
    // Another may have cleared it, and a third taken it, before we had the lock.
    if (await isLeft(name)) await clear(Number(name))
    await rm(join(folder, lock), { force: true })
  }
}

async function take(name: string): Promise<boolean> {
  try {
    await symlink(JSON.stringify(markProcess()), join(folder, name))
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

async function isLeft(name: string): Promise<boolean> {
  const mark: ProcessMark | undefined = await readlink(join(folder, name)).then(JSON.parse, () => undefined)
  return mark !== undefined && isGone(mark)
}

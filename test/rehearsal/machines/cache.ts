import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join, parse } from 'node:path'

const folder = join(import.meta.dirname, '../../../.cache/rehearsal')

/**
 * The path of a file that `make` writes once. Another recipe makes another file, and takes the place of the old one.
 * @throws what `make` throws; nothing is kept then.
 */
export async function cached(
  name: string,
  recipe: unknown,
  make: (file: string) => Promise<void>,
): Promise<string> {
  const { name: stem, ext } = parse(name)
  const mark = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 8)
  const file = join(folder, `${stem}-${mark}${ext}`)
  if (existsSync(file)) return file
  const aside = `${file}.${process.pid}`
  await mkdir(folder, { recursive: true })
  try {
    await make(aside)
    await rename(aside, file)
  } finally {
    await rm(aside, { force: true })
  }
  for (const other of await readdir(folder)) {
    if (other.startsWith(`${stem}-`) && join(folder, other) !== file)
      await rm(join(folder, other), { force: true })
  }
  return file
}

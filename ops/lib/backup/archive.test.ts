import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { verify } from './archive.ts'

/** Of the text `hello`. */
const archive = { bytes: 5, sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824' }

function path(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wikiflow-backup-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'log.tar.gz')
}

test.each([
  ['cut off', 'hell', /4 bytes, and had 5/],
  ['with a bit turned', 'hellp', /its content is another/],
])('an archive %s is not put back', async (_, content, said) => {
  const file = path()
  writeFileSync(file, content)
  await expect(verify(file, archive, () => {})).rejects.toThrow(said)
})

test('an archive as it was is taken, a missing one is told of', async () => {
  const file = path()
  await expect(verify(file, archive, () => {})).rejects.toThrow(/can't be read \(ENOENT\)/)
  writeFileSync(file, 'hello')
  await verify(file, archive, () => {})
})

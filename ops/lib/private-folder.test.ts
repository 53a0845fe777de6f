import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makePrivateFolder } from './private-folder.ts'

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

test('only the folder itself is closed to others; one that is there stays as it is', () => {
  const root = mkdtempSync(join(tmpdir(), 'wikiflow-private-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const [above, folder] = [join(root, 'state'), join(root, 'state', 'keys')]
  makePrivateFolder(folder)
  expect(modeOf(folder)).toBe('700')
  expect(modeOf(above)).toBe((0o777 & ~process.umask()).toString(8))
  chmodSync(folder, 0o755)
  makePrivateFolder(folder)
  expect(modeOf(folder)).toBe('755')
})

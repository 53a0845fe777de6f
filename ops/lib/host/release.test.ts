import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { readRelease, releaseId } from './release.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const small = {
  'package.json': '{}',
  'package-lock.json': '{}',
  '.dockerignore': '*',
  'compose/Dockerfile': 'FROM scratch',
  'runtime/src/worker/main.ts': 'work()',
  'dashboard/src/main.ts': 'serve()',
}

function project(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'wikiflow-release-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}

const file = (path: string, content: string) => ({ path, content: Buffer.from(content) })

test('a link to elsewhere is refused: on the host there would be nothing behind it', async () => {
  const folder = project(small)
  symlinkSync('/etc/passwd', join(folder, 'runtime/src/settings.ts'))
  await expect(readRelease(folder)).rejects.toThrow('runtime/src/settings.ts is neither a file nor a folder')
})

test('a project without its lock is refused', async () => {
  const { 'package-lock.json': _, ...rest } = small
  await expect(readRelease(project(rest))).rejects.toThrow('package-lock.json is missing')
})

test('a letter that moves from a name to a content, or from file to file, makes another release', () => {
  const id = releaseId([file('ab', 'c'), file('d', 'e')])
  expect(releaseId([file('a', 'bc'), file('d', 'e')])).not.toBe(id)
  expect(releaseId([file('ab', 'cd'), file('', 'e')])).not.toBe(id)
  expect(releaseId([file('ab', 'c')])).not.toBe(id)
})

test('the same files are the same release, whatever their order, age and folder', async () => {
  expect(releaseId([file('b', '2'), file('a', '1')])).toBe(releaseId([file('a', '1'), file('b', '2')]))
  const [one, other] = [project(small), project(small)]
  utimesSync(join(other, 'package.json'), 0, 0)
  const release = await readRelease(one)
  expect(release.id).toMatch(/^[0-9a-f]{12}$/)
  expect((await readRelease(other)).id).toBe(release.id)
  expect(release.bytes).toBe(Object.values(small).join('').length)
})

test('secrets, logs, tests and what an editor leaves behind are not shipped, and change no id', async () => {
  const left = {
    'runtime/.env': 'PGPASSWORD=hunter2',
    'runtime/npm-debug.log': '',
    'runtime/src/worker/main.ts~': '',
    'runtime/src/worker/.main.ts.swp': '',
    'runtime/src/worker/worker.test.ts': '',
    'runtime/src/worker/fixtures.ts': '',
    'runtime/node_modules/pg/index.js': '',
    'dashboard/test/seed.ts': '',
    'wikiflow.config.ts': '',
    '.wikiflow/cloud/master-password': 'hunter2',
  }
  const release = await readRelease(project({ ...small, ...left }))
  expect(release.files.map(({ path }) => path).toSorted()).toEqual(Object.keys(small).toSorted())
  expect(release.id).toBe((await readRelease(project(small))).id)
})

test("this project's release holds all that its services import", async () => {
  const { files } = await readRelease(root)
  const paths = new Set(files.map(({ path }) => path))
  expect([...paths]).toEqual(
    expect.arrayContaining([
      '.dockerignore',
      'compose/Dockerfile',
      'compose/docker-compose.prod.yml',
      'runtime/src/ingest/main.ts',
      'runtime/src/worker/main.ts',
      'runtime/src/lake/main.ts',
      'runtime/src/audit/main.ts',
      'runtime/migrations/0001_pipeline.sql',
      'dashboard/src/main.ts',
      'dashboard/public/index.html',
    ]),
  )
  for (const { path, content } of files) {
    if (!path.endsWith('.ts')) continue
    for (const [, name] of content.toString().matchAll(/from '(\.[^']+)'/g)) {
      const imported = posix.join(posix.dirname(path), name ?? '')
      expect(paths, `${path} imports ${imported}`).toContain(imported)
    }
  }
})

import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

const suite = /^(.+)\.rehearsal\.test\.ts$/

test('GitHub runs every rehearsal', async () => {
  const workflow = await readFile(new URL('../../.github/workflows/checks.yml', import.meta.url), 'utf8')
  const files = await readdir(import.meta.dirname)
  const there = files.flatMap(name => suite.exec(name)?.[1] ?? [])
  expect(parse(workflow).jobs.rehearsals.strategy.matrix.suite.toSorted()).toEqual(there.toSorted())
})

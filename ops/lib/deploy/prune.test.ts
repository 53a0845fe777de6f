import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { marksToKeep, pruneImages, pruneSecrets } from './prune.ts'
import { testDeployment } from './test-manager.ts'

const release = (variables: Record<string, string>) => ({ ...testDeployment('aaaaaaaaaaaa'), variables })

test('the secrets of an outside Kafka are kept while a release that reads them can be gone back to', () => {
  const present = release({ OWNER_PASSWORD_MARK: 'o2' })
  const before = release({ OWNER_PASSWORD_MARK: 'o1', KAFKA_PASSWORD_MARK: 'k1', KAFKA_BROKERS: 'b' })
  expect(marksToKeep([present, before, undefined])).toEqual(['k1'])
  expect(marksToKeep([before, present])).toEqual([])
})

/** A folder with a Docker of which the test says what it answers. */
function withDocker(script: string): { folder: string; env: NodeJS.ProcessEnv } {
  const folder = mkdtempSync(join(tmpdir(), 'wikiflow-prune-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'docker'), `#!/bin/sh\n${script}\n`)
  chmodSync(join(folder, 'docker'), 0o755)
  return { folder, env: { PATH: `${folder}:${process.env.PATH}` } }
}

test('images that no kept release needs go, with ended containers of theirs and an older build cache', () => {
  const { folder, env } = withDocker(`case "$1 $2" in
  'image ls') printf '%s\\n' wikiflow:a wikiflow:b wikiflow:c ;;
  'ps --all') [ "$5" != ancestor=wikiflow:b ] || echo ended-b ;;
  *) echo "$*" >> done; exit 1 ;;
esac`)
  execFileSync('sh', ['-c', pruneImages, 'test', 'wikiflow:a', 'wikiflow:c'], { cwd: folder, env })
  expect(readFileSync(join(folder, 'done'), 'utf8').split('\n')).toEqual([
    ...['rm ended-b', 'image rm wikiflow:b', 'image prune --force'],
    ...['builder prune --force --keep-storage 2000000000', ''],
  ])
})

test('secrets and configs are removed but those with a mark that is kept', () => {
  const { folder, env } = withDocker(`case $2 in
  ls) printf '%s\\n' "s_$1-a_k1" "s_$1-b_o1" ;;
  rm) echo "$1 $3" >> removed; exit 1 ;;
esac`)
  execFileSync('sh', ['-c', pruneSecrets, 'test', 's', 'k1', 'k2'], { cwd: folder, env })
  expect(readFileSync(join(folder, 'removed'), 'utf8')).toBe('secret s_secret-b_o1\nconfig s_config-b_o1\n')
})

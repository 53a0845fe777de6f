import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { marksToKeep, pruneSecrets } from './prune.ts'
import { testDeployment } from './test-manager.ts'

const release = (variables: Record<string, string>) => ({ ...testDeployment('aaaaaaaaaaaa'), variables })

test('the secrets of an outside Kafka are kept while a release that reads them can be gone back to', () => {
  const present = release({ OWNER_PASSWORD_MARK: 'o2' })
  const before = release({ OWNER_PASSWORD_MARK: 'o1', KAFKA_PASSWORD_MARK: 'k1', KAFKA_BROKERS: 'b' })
  expect(marksToKeep([present, before, undefined])).toEqual(['k1'])
  expect(marksToKeep([before, present])).toEqual([])
})

test('secrets and configs are removed but those with a mark that is kept', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wikiflow-prune-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const docker = `#!/bin/sh
case $2 in
  ls) printf '%s\\n' "s_$1-a_k1" "s_$1-b_o1" ;;
  rm) echo "$1 $3" >> removed; exit 1 ;;
esac
`
  writeFileSync(join(folder, 'docker'), docker)
  chmodSync(join(folder, 'docker'), 0o755)
  const env = { PATH: `${folder}:${process.env.PATH}` }
  execFileSync('sh', ['-c', pruneSecrets, 'test', 's', 'k1', 'k2'], { cwd: folder, env })
  expect(readFileSync(join(folder, 'removed'), 'utf8')).toBe('secret s_secret-b_o1\nconfig s_config-b_o1\n')
})

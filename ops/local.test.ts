import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const script = fileURLToPath(new URL('local.ts', import.meta.url))

/** Runs the script on a machine whose `docker` is the given shell script, or that has none. */
function local(
  args: readonly string[],
  { docker, env = {} }: { docker?: string; env?: Record<string, string> } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'wikiflow-local-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const asked = join(folder, 'asked')
  writeFileSync(asked, '')
  if (docker !== undefined) writeFileSync(join(folder, 'docker'), `#!/bin/sh\n${docker}\n`, { mode: 0o755 })
  return new Promise<{ code: number; out: string; errors: string; asked: string }>(resolve => {
    execFile(
      process.execPath,
      [script, '--state', join(folder, 'state'), ...args],
      { env: { PATH: folder, ASKED: asked, ...env } },
      (error, out, errors) =>
        resolve({ code: error ? Number(error.code) : 0, out, errors, asked: readFileSync(asked, 'utf8') }),
    )
  })
}

/** Answers like Docker 28 with Compose 2.40, notes what it is asked to do, and ends `up` with the given code. */
const fakeDocker = (up: number, ps = '') => `case "$*" in
  version*) echo 28.2.2 ;;
  "compose version"*) echo 2.40.3 ;;
  *" ps "*) echo '${ps}' ;;
  *) echo "$* image=$WIKIFLOW_IMAGE workers=$WORKERS" >> "$ASKED"; case "$*" in *" up "*) exit ${up} ;; esac ;;
esac`

const contact = { env: { WIKIFLOW_CONTACT: 'a@example.org' } }

test('without a flag it says how the pipeline starts without Docker', async () => {
  const { code, errors } = await local([])
  expect([code, errors]).toEqual([
    1,
    'without Docker the pipeline starts with `npm start`; in containers with --docker\n',
  ])
})

test('on a machine without Docker it says where Docker comes from', async () => {
  const { code, errors } = await local(['--docker'], contact)
  expect(code).toBe(1)
  expect(errors).toMatch(/^there is no `docker` on this machine: .*\n$/)
})

test('it starts nothing whose reader does not say who it is', async () => {
  const { code, errors } = await local(['--docker'])
  expect(code).toBe(1)
  expect(errors).toMatch(/^WIKIFLOW_CONTACT is not set/)
})

test('a taken port is told before anything is built', async () => {
  const server = createServer()
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const { code, errors } = await local(['--docker', '--dashboard-port', String(port)], {
    docker: fakeDocker(0),
    ...contact,
  })
  expect(code).toBe(1)
  expect(errors).toContain(`port ${port} (dashboard) is taken`)
}, 20_000)

test('started, it says where the page is; a service that does not get healthy is named', async () => {
  const ports = ['--dashboard-port', '0', '--minio-port', '0']
  expect((await local(['--docker', ...ports], { docker: fakeDocker(0), ...contact })).errors).toContain(
    'allowed: a whole number from 1 to 65535',
  )
  const up = await local(
    ['--docker', '--dashboard-port', '47811', '--minio-port', '47812', '--workers', '2'],
    {
      docker: fakeDocker(0),
      ...contact,
    },
  )
  expect([up.code, up.errors]).toEqual([0, ''])
  expect(up.out).toContain('The pipeline serves: http://127.0.0.1:47811')
  expect(up.asked).toMatch(/ up --build .* image=wikiflow:local workers=2\n$/)
  const failed = await local(['--docker'], {
    docker: fakeDocker(1, '{"Service":"init","State":"exited","ExitCode":1}'),
    ...contact,
  })
  expect(failed.code).toBe(1)
  expect(failed.errors).toContain("the stack isn't up: init ended with code 1. Its last lines stand above")
  expect(failed.asked).toMatch(/ logs .* init /)
})

test('a reset without a terminal asks for the word beforehand, and removes nothing', async () => {
  const { code, errors } = await local(['--reset'], { docker: fakeDocker(0) })
  expect(code).toBe(1)
  expect(errors).toContain('nothing was changed: there is no terminal to ask on')
  const agreed = await local(['--reset', '--confirm', 'wikiflow'], { docker: fakeDocker(0) })
  expect(agreed.asked).toContain(' down --remove-orphans --volumes ')
})

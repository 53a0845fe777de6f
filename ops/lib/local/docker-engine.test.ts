import { expect, test } from 'vitest'
import { composeProblem, engineProblem } from './docker-engine.ts'

const said = (text: string, ok = false) => ({ ok, missing: false, text })

test('without Docker, with an engine that is down, and without the right to use it, it says what to do', () => {
  expect(engineProblem({ ok: false, missing: true, text: 'spawn docker ENOENT' })).toMatch(
    /^there is no `docker` on this machine: install Docker .*`npm start` runs the pipeline without Docker$/,
  )
  expect(
    engineProblem(
      said('Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is it running?\nmore'),
    ),
  ).toBe(
    "Docker's engine doesn't answer (Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is it running?): " +
      'start Docker; `npm start` runs the pipeline without Docker',
  )
  expect(engineProblem(said('permission denied while trying to connect to the docker API'))).toContain(
    'add it to the group docker',
  )
  expect(engineProblem(said('28.2.2\n', true))).toBeUndefined()
})

test('a Compose that is missing, too old, or says something else is refused', () => {
  expect(composeProblem(said("docker: 'compose' is not a docker command."))).toContain(
    'has no `docker compose`',
  )
  expect(composeProblem(said('2.24.3', true))).toMatch(/^Docker Compose is 2\.24\.3: .* 2\.24\.4 or newer/)
  expect(composeProblem(said('1.29.2\n', true))).toContain('Docker Compose is 1.29.2')
  expect(composeProblem(said('dev', true))).toContain('says "dev"')
})

test.for(['2.24.4', 'v2.40.3\n', '2.25.0-desktop.1', '5.0.0'])('Compose %s will do', version => {
  expect(composeProblem(said(version, true))).toBeUndefined()
})

import { expect, test } from 'vitest'
import { planUpgrade, readVersion, splitImage, stepTo } from './versions.ts'

const running = 'docker.redpanda.com/redpandadata/redpanda:v26.2.1'
const version = (tag: string) => readVersion(tag) ?? expect.unreachable(tag)

test.each([
  ['v26.2.1', 'v26.2.1', 'same'],
  ['v26.2.1', 'v26.2.10', 'patch'],
  ['v26.2.2', 'v26.2.1', 'patch back'],
  ['v26.2.9', 'v26.3.1', 'feature'],
  ['v26.3.1', 'v27.1.4', 'feature'],
  ['v26.3.1', 'v26.4.1', 'feature'],
  ['v26.2.1', 'v27.1.1', 'skips'],
  ['v26.1.1', 'v26.3.1', 'skips'],
  ['v26.3.1', 'v27.2.1', 'skips'],
  ['v26.3.1', 'v28.1.1', 'skips'],
  ['v26.2.1', 'v26.1.9', 'back'],
  ['v27.1.1', 'v26.3.9', 'back'],
])('from %s to %s: %s', (from, to, step) => {
  expect(stepTo(version(from), version(to))).toBe(step)
})

test.each(['26.2.1', 'v26.2', 'latest', 'v26.2.1-rc1', 'v26.2.1\n', ''])('%j is no release', tag => {
  expect(readVersion(tag)).toBeUndefined()
})

test("a registry's port is no tag, and a digest is left off", () => {
  expect(splitImage('localhost:5000/redpanda')).toEqual({
    repository: 'localhost:5000/redpanda',
    tag: 'latest',
  })
  expect(splitImage('localhost:5000/redpanda:v1@sha256:00')).toEqual({
    repository: 'localhost:5000/redpanda',
    tag: 'v1',
  })
})

test('a release takes the place of the tag alone', () => {
  expect(planUpgrade(running, { redpanda: 'v26.2.2' })).toEqual({
    from: running,
    to: 'docker.redpanda.com/redpandadata/redpanda:v26.2.2',
    step: 'patch',
  })
})

test('what Redpanda does not do is refused, with what it does', () => {
  expect(() => planUpgrade(running, { redpanda: 'v27.1.1' })).toThrow(
    'from v26.2.1 to the newest v26.3, and from there on to v27.1.1',
  )
  expect(() => planUpgrade(running, { redpanda: 'v26.1.1' })).toThrow("can't go back from v26.2.1 to v26.1.1")
  expect(() => planUpgrade(running, { image: 'mirror.example.org/redpanda:v25.3.1' })).toThrow(
    "can't go back",
  )
  expect(() => planUpgrade(running, { redpanda: 'v26.2.0' })).toThrow('name it by --image')
  expect(planUpgrade(running, { image: running.replace('.1', '.0') }).step).toBe('patch back')
})

test('an image that says no version is taken at its word', () => {
  expect(planUpgrade(running, { image: 'mirror.example.org:5000/redpanda' }).step).toBe('unknown')
  expect(planUpgrade('kafka:4', { image: 'kafka:5' }).step).toBe('unknown')
  expect(planUpgrade('kafka:4', { image: 'kafka:4' }).step).toBe('same')
  expect(() => planUpgrade('kafka:4', { redpanda: 'v26.2.2' })).toThrow(
    'the log runs kafka:4, which is no release',
  )
})

test('the same release from another registry is another image', () => {
  expect(planUpgrade(running, { image: 'mirror.example.org/redpanda:v26.2.1' }).step).toBe('unknown')
})

test.each(['--privileged', 'a b', 'a;reboot', '$(id)', 'a\nb', 'A:v1', ''])('%j is no image', image => {
  expect(() => planUpgrade(running, { image })).toThrow('--image is')
})

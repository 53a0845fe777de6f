import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readCompose } from '../compose/compose.ts'
import { withSwarmsOwn } from './swarms-own.ts'

const composeFile = (name: string) => {
  const url = new URL(`../../../compose/docker-compose.${name}.yml`, import.meta.url)
  return readCompose({ name, text: readFileSync(url, 'utf8') })
}
const files = Object.fromEntries(
  ['owner-password', 'writer-password', 'reader-password', 'database-ca.pem'].map(name => [name, 'x']),
)

test('a release of the time of an outside Kafka finds its password and CA in the Swarm', () => {
  expect(withSwarmsOwn(composeFile('kafka'), files).secrets).toEqual({
    'kafka-password': {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as it stands in the Compose file
      name: '${STACK:-wikiflow}_kafka-password_${KAFKA_PASSWORD_MARK:-0}',
      external: true,
    },
  })
  const { configs, services } = withSwarmsOwn(composeFile('kafka-ca'), files)
  expect(configs).toMatchObject({ 'kafka-ca': { external: true } })
  expect(configs?.['kafka-ca']).not.toHaveProperty('file')
  expect(services).toEqual(composeFile('kafka-ca').services)
})

test('what is brought is made of its file, as it stands', () => {
  expect(withSwarmsOwn(composeFile('prod'), files)).toEqual(composeFile('prod'))
  const all = { ...files, 'kafka-password': 'x' }
  expect(withSwarmsOwn(composeFile('kafka'), all)).toEqual(composeFile('kafka'))
})

test("a secret of the target's own Compose file, from elsewhere or the Swarm's already, is left alone", () => {
  const text = 'secrets: { a: { file: ./a }, b: { external: true, name: b }, c: { environment: C } }'
  const own = readCompose({ name: 'override.yml', text })
  expect(withSwarmsOwn(own, files)).toEqual(own)
})

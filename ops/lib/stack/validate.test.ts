import fc from 'fast-check'
import { expect, test } from 'vitest'
import { testStack as description } from '../cloud/test-context.ts'
import { UserError } from '../script.ts'
import { problemsOf, validateStack } from './validate.ts'

/** What is said of a description in which the field at a dotted path has this value. */
function saidOf(path: string, value: unknown): string[] {
  const keys = path.split('.')
  const changed: Record<string, unknown> = structuredClone(description)
  let at = changed
  for (const key of keys.slice(0, -1)) at = at[key] as Record<string, unknown>
  at[keys.at(-1) ?? ''] = value
  const problems = problemsOf(changed)
  return Array.isArray(problems) ? problems.map(({ says }) => says) : []
}

test('a description from before there was a section for the pipeline stays valid, with its defaults', () => {
  const { pipeline: _, ...older } = description
  expect(validateStack(older, 'wikiflow.config.ts', '')).toEqual(description)
})

test('a whole description is taken as it is', () => {
  expect(validateStack(description, 'wikiflow.config.ts', '')).toEqual(description)
})

test.each([
  ['host.count', 0, 'host.count is 0; allowed: a whole number from 1 to 9'],
  ['host.count', Number.NaN, 'host.count is NaN; allowed: a whole number from 1 to 9'],
  ['host.count', 1e9, 'host.count is 1000000000; allowed: a whole number from 1 to 9'],
  ['host.count', '1', "host.count is '1'; allowed: a whole number from 1 to 9"],
  ['host.count', 1n, 'host.count is 1n; allowed: a whole number from 1 to 9'],
  ['host.diskGb', 30.5, 'host.diskGb is 30.5; allowed: a whole number from 20 to 1000, in GB'],
  ['host.type', undefined, 'host.type is missing; allowed: an EC2 instance type such as t3.medium'],
  ['host', undefined, 'host is missing; allowed: an object with type, count, diskGb'],
  ['host', null, 'host is null; allowed: an object with type, count, diskGb'],
  ['host', ['t3.medium'], "host is [ 't3.medium' ]; allowed: an object with type, count, diskGb"],
  [
    'operator.cidrs',
    '203.0.113.7/32',
    "operator.cidrs is '203.0.113.7/32'; allowed: a list of networks such as ['203.0.113.7/32']",
  ],
  ['operator.cidrs', [], "operator.cidrs is []; allowed: at least one network, such as ['203.0.113.7/32']"],
  [
    'operator.cidrs',
    ['0.0.0.0/0'],
    "operator.cidrs[0] is '0.0.0.0/0'; allowed: a network of your own, /8 to /32: SSH is never open to everybody",
  ],
  [
    'operator.cidrs',
    ['203.0.113.7/24'],
    "operator.cidrs[0] is '203.0.113.7/24'; allowed: a network that begins at its first address: 203.0.113.0/24, not 203.0.113.7/24",
  ],
  [
    'operator.cidrs',
    ['2001:db8::/32'],
    "operator.cidrs[0] is '2001:db8::/32'; allowed: an IPv4 network such as 203.0.113.7/32 (one address) or 203.0.113.0/24",
  ],
  [
    'operator.cidrs',
    ['203.0.113.7/32', '203.0.113.7/32'],
    "operator.cidrs[1] is '203.0.113.7/32'; allowed: each network once (it is number 1 already)",
  ],
  ['pipeline', 3, 'pipeline is 3; allowed: an object with contact, workers, lakeRotateS, generation, kafka'],
  ['pipeline', { workers: 13 }, 'pipeline.workers is 13; allowed: a whole number from 1 to 12'],
  [
    'pipeline',
    { lakeRotateS: 60 },
    'pipeline.lakeRotateS is 60; allowed: a whole number from 300 to 600, in seconds',
  ],
  [
    'pipeline',
    { contact: 'me@example.org\r\nX: y' },
    "pipeline.contact is 'me@example.org\\r\\nX: y'; allowed: an e-mail address or an https URL, in ASCII, such as you@example.org",
  ],
  [
    'pipeline',
    { kafka: { brokers: ['b-1:9096,b-2'], tls: 'system' } },
    "pipeline.kafka.brokers[0] is 'b-1:9096,b-2'; allowed: host:port, such as b-1.example.org:9096",
  ],
  [
    'pipeline',
    {
      kafka: {
        brokers: ['b-1:9096'],
        tls: 'system',
        sasl: { mechanism: 'plain', username: 'a', password: 'hush' },
      },
    },
    "pipeline.kafka.sasl.password isn't a field (allowed: mechanism, username)",
  ],
  [
    'pipeline',
    { worker: 4 },
    "pipeline.worker isn't a field; did you mean workers? (allowed: contact, workers, lakeRotateS, generation, kafka)",
  ],
  ['zone', 'eu-west-1a', "zone is 'eu-west-1a'; allowed: a zone of the region us-east-1, such as us-east-1a"],
  [
    'lake',
    { infrequentAccessAfterDays: 90, deleteAfterDays: 90 },
    'lake.deleteAfterDays is 90; allowed: more than infrequentAccessAfterDays (90): S3 deletes nothing before it moves it',
  ],
  [
    'dashboard.access',
    'everyone',
    "dashboard.access is 'everyone'; allowed: 'operator' (the operator's networks), 'public' (everybody) or 'tunnel' (only through SSH)",
  ],
  [
    'budget.creditUsd',
    Number.POSITIVE_INFINITY,
    'budget.creditUsd is Infinity; allowed: a number above 0, up to 1000000, in USD',
  ],
  ['budget.email', 'me', "budget.email is 'me'; allowed: an e-mail address such as you@example.org"],
])('%s = %o is refused with what is allowed', (path, value, says) => {
  expect(saidOf(path, value)).toEqual([says])
})

test('a look-alike letter of another alphabet is told from the one that was meant', () => {
  expect(saidOf('name', 'wikiflоw')).toEqual([
    "name is 'wikifl\\u{43e}w'; allowed: 2 to 20 lower-case letters, digits and single hyphens, a letter first",
  ])
})

test('a terminal is not written to by a value that holds its control sequences', () => {
  const said = saidOf('name', '\u001b[2J\u202ewikiflow').join()
  expect(said).toMatch(/^[\x20-\x7e]+$/)
})

test('a private key pasted into a field is not printed whole', () => {
  const key = `-----BEGIN OPENSSH PRIVATE KEY-----${'b3BlbnNzaC1rZXktdjEAAAAA'.repeat(50)}`
  const [said] = saidOf('name', key)
  expect(said).not.toContain(key.slice(0, 90))
  expect(said?.length).toBeLessThan(250)
})

test("a field that doesn't exist is named, with the one that was meant, and its value is not shown", () => {
  expect(saidOf('host.tpye', 'hunter2')).toEqual([
    "host.tpye isn't a field; did you mean type? (allowed: type, count, diskGb)",
  ])
  expect(saidOf('password', 'hunter2')).toEqual([
    "password isn't a field (allowed: name, region, zone, host, database, operator, dashboard, lake, pipeline, budget)",
  ])
  expect(saidOf('__proto_', 1)).toHaveLength(1)
  expect(saidOf('x'.repeat(100_000), 1).join().length).toBeLessThan(300)
})

test('whatever is exported instead of a description, each line is short, printable and says what is allowed', () => {
  const cyclic: Record<string, unknown> = { ...description }
  cyclic.host = cyclic
  const odd = [
    undefined,
    null,
    0,
    'stack',
    [],
    () => description,
    new Map(),
    Symbol('stack'),
    class {},
    cyclic,
  ]
  const values = fc.oneof(fc.constantFrom(...odd), fc.anything({ withBigInt: true, withDate: true }))
  fc.assert(
    fc.property(values, value => {
      const problems = problemsOf(value)
      expect(Array.isArray(problems) && problems.length > 0).toBe(true)
      for (const { says } of Array.isArray(problems) ? problems : []) {
        expect(says).toMatch(/^[\x20-\x7e…]{1,400}$/)
        expect(says).toContain('allowed: ')
      }
    }),
  )
})

test('a thousand networks are one mistake; a thousand unknown fields are twenty lines and a count', () => {
  const home = Array.from({ length: 1_000 }, () => 'home')
  expect(saidOf('operator.cidrs', home)).toHaveLength(1)
  const fields = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`field${index}`, 1]))
  const check = () => validateStack({ ...description, ...fields }, 'wikiflow.config.ts', '')
  expect(check).toThrow(UserError)
  expect(check).toThrow(/^(wikiflow\.config\.ts {2}field\d+ isn't a field.*\n){20}… and 980 more$/)
})

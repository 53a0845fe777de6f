import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { addressUsage, databaseUsage, hostUsage, lakeUsage } from '../../../cost/model.ts'
import { type PlanView } from './bill.ts'
import { type Part } from './part.ts'
import { type Step } from './plan.ts'
import { planJson, renderPlan } from './render.ts'
import { standIn } from './test-parts.ts'

const look = { color: false, columns: 80, now: new Date('2026-11-23T12:00:00Z') }
const view: PlanView = {
  stack: { name: 'wikiflow', region: 'us-east-1' },
  cloud: { account: '123456789012' },
  credit: { plan: 'paid', remainingUsd: 100, source: 'account' },
}

function part(id: string, title: string, name: string, more: Partial<Part> = {}): Part {
  return { ...standIn(id, `aws-${id}`), title, name, ...more }
}

function step(of: Part, action: Step['action'], more: Partial<Step> = {}): Step {
  return { part: of, action, differences: [], reasons: [], ...more }
}

const lake = { lake: { infrequentAccessAfterDays: 60 } }
const bucket = part('bucket', 'S3 bucket', 'wikiflow-123456789012-us-east-1', { usage: lakeUsage(lake) })
const group = part('host-group', 'security group', 'wikiflow-host')
const database = part('database', 'RDS PostgreSQL', 'wikiflow', {
  usage: databaseUsage('db.t4g.micro', 20),
  holds: 'the counts',
})
const host = part('host-1', 'EC2 host', 'wikiflow-host-1', {
  usage: hostUsage('t3.medium', 1, 30),
  effects: { type: 'stops the host for some minutes' },
})
const address = part('address', 'elastic IP', 'wikiflow', { usage: addressUsage(1) })
const created = [bucket, group, database, host, address].map(one => step(one, 'create'))

test('the plan of a new stack: a line each, what it costs, and how long the credit lasts', () => {
  expect(renderPlan({ steps: created }, view, look)).toBe(
    `
wikiflow in us-east-1, account 123456789012                              a month

+ S3 bucket       wikiflow-123456789012-us-east-1                          $0.70
+ security group  wikiflow-host
+ RDS PostgreSQL  wikiflow                                                $13.98
+ EC2 host        wikiflow-host-1                                         $32.77
+ elastic IP      wikiflow                                                 $3.65

5 to create.
$51.10 a month ($1.68 a day)
The credit of $100.00 lasts 59 days, until 2027-01-22 (as the account says).
`.trim(),
  )
})

test('each kind of step has its sign, its differences beneath, and what a change does besides', () => {
  const steps = [
    step(bucket, 'same'),
    step(group, 'change', {
      differences: [
        {
          property: 'inbound',
          before: ['tcp 22 from 0.0.0.0/0', 'tcp 80 from 10.0.0.0/8'],
          after: ['tcp 80 from 10.0.0.0/8', 'tcp 22 from 203.0.113.7/32'],
          kind: 'drift',
        },
      ],
    }),
    step(database, 'replace', {
      differences: [{ property: 'encrypted', before: false, after: true, kind: 'change' }],
      reasons: ['encrypted: is chosen when a database is made'],
    }),
    step(host, 'change', {
      differences: [
        { property: 'type', before: 't3.small', after: 't3.medium', kind: 'change' },
        { property: 'profile', before: undefined, after: 'p'.repeat(70), kind: 'change' },
      ],
    }),
    step(address, 'adopt', { found: { id: 'eipalloc-1', ours: false, facts: {} } }),
    step(part('host-2', 'EC2 host', 'wikiflow-host-2', { usage: host.usage, holds: 'its disk' }), 'delete'),
    step(part('role', 'IAM role', 'wikiflow-us-east-1-host'), 'change'),
  ]
  expect(renderPlan({ steps }, view, look).split('\n').slice(2)).toEqual(
    `
= S3 bucket       wikiflow-123456789012-us-east-1                          $0.70
! security group  wikiflow-host
    inbound
      − tcp 22 from 0.0.0.0/0
      + tcp 22 from 203.0.113.7/32
± RDS PostgreSQL  wikiflow                                                $13.98
    encrypted  no → yes
    made anew: encrypted: is chosen when a database is made
    holds the counts
~ EC2 host        wikiflow-host-1                                         $32.77
    type  t3.small → t3.medium
      stops the host for some minutes
    profile
      − not set
      + ${'p'.repeat(70)}
^ elastic IP      wikiflow                                                 $3.65
    takes over eipalloc-1
- EC2 host        wikiflow-host-2                                        -$32.77
    holds its disk
~ IAM role        wikiflow-us-east-1-host
    its record of what was asked is brought up to date

1 to take over, 2 to change, 1 to make anew, 1 to delete, 1 as they should be, 1
to repair.
$32.77 a month end with what is removed.
$51.10 a month ($1.68 a day)
The credit of $100.00 lasts 59 days, until 2027-01-22 (as the account says).
`
      .trim()
      .split('\n'),
  )
})

test('a name from AWS can neither move the cursor nor turn the text around', () => {
  const evil = part('key-pair', 'key pair', 'wiki\u001b[2Jflow\u202egnp.exe\r\n+ IAM role')
  const differences = [
    { property: 'tag', before: 'a\u0007\u2028b', after: ['x\u200by'], kind: 'change' as const },
  ]
  const text = renderPlan({ steps: [step(evil, 'change', { differences })] }, view, look)
  expect(text).toContain('wiki\\u{1b}[2Jflow\\u{202e}gnp.exe\\u{d}\\u{a}+ IAM role')
  expect(text).toContain('a\\u{7}\\u{2028}b → x\\u{200b}y')
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}]/u)
})

test('where prices are missing, the bill says that it is a lower bound, and of what', () => {
  const inRegion = (region: string) =>
    renderPlan({ steps: created }, { ...view, stack: { name: 'w', region } }, look)
  // Singapore's RDS storage has a price, its smallest RDS class has none: 20 × 0.138.
  const some = inRegion('ap-southeast-1')
  expect(some).toMatch(/RDS PostgreSQL .* \$2\.76 or more$/m)
  expect(some).toMatch(/^At least \$48\.57 a month/m)
  expect(some).toMatch(/lasts at most 62 days/)
  expect(some).toMatch(/^No price is known here for rds:db\.t4g\.micro\.$/m)
  expect(inRegion('sa-east-1')).toMatch(/RDS PostgreSQL .* price unknown$/m)
})

test('credit that expires, is guessed, or is used up is said so', () => {
  const lasting = (credit: Partial<PlanView['credit']>) =>
    renderPlan({ steps: created }, { ...view, credit: { ...view.credit, ...credit } }, look)
  expect(lasting({ expires: new Date('2026-12-01') })).toContain(
    'expires on 2026-12-01, before it is used up',
  )
  expect(lasting({ expires: new Date('2028-01-01') })).toContain('lasts 59 days, until 2027-01-22')
  const note = 'The account doesn’t tell.'
  expect(lasting({ source: 'config', note })).toMatch(
    /\(budget\.creditUsd of\nwikiflow\.config\.ts\)\.\nThe account doesn’t tell\.$/,
  )
  expect(lasting({ remainingUsd: 0 })).toContain('$0.00 lasts 0 days, until 2026-11-23')
})

test('a removal says what ends, and promises nothing of what it leaves', () => {
  const text = renderPlan({ steps: [database, host].map(one => step(one, 'delete')) }, view, look)
  expect(text).toMatch(/\n2 to delete\.\n\$46\.75 a month end with what is removed\.$/)
})

test('a pause is about some parts alone: what stands still bills its storage, and there is no bill of the whole', () => {
  const paused = step({ ...host, want: { state: 'stopped' } }, 'change')
  const text = renderPlan({ steps: [paused] }, { ...view, parts: [host, database] }, look)
  expect(text).toMatch(/EC2 host {2}wikiflow-host-1 +\$2\.40$/m)
  expect(text).not.toContain('credit')
})

test('colours change nothing but colours', () => {
  const plain = renderPlan({ steps: created }, view, look)
  const coloured = renderPlan({ steps: created }, view, { ...look, color: true })
  expect(coloured).not.toBe(plain)
  expect(stripVTControlCharacters(coloured)).toBe(plain)
})

test('obstacles stand in the plan', () => {
  const obstacles = [{ part: 'bucket', why: 'S3 bucket wikiflow exists' }]
  expect(renderPlan({ steps: created, obstacles }, view, look)).toContain('\n✗ S3 bucket wikiflow exists\n')
})

test('as JSON a plan has every step, its price, and the bill; what is infinite or unknown is null', () => {
  const differences = [{ property: 'type', before: undefined, after: 't3.medium', kind: 'change' as const }]
  const steps = [step(host, 'change', { differences })]
  const json = (region: string) =>
    JSON.parse(JSON.stringify(planJson({ steps }, { ...view, stack: { name: 'w', region } }, look.now)))
  expect(json('us-east-1')).toMatchObject({
    account: '123456789012',
    steps: [
      {
        part: 'host-1',
        action: 'change',
        drift: false,
        differences: [{ property: 'type', before: null, effect: 'stops the host for some minutes' }],
        usdAMonth: expect.closeTo(32.768, 3),
      },
    ],
    counts: { change: 1, same: 0 },
    bill: {
      usd: expect.closeTo(32.768, 3),
      unpriced: [],
      credit: { ends: '2027-02-24', source: 'account' },
    },
  })
  expect(json('mars-north-1')).toMatchObject({
    steps: [{ unpriced: ['ec2:t3.medium', 'ebs:gp3'] }],
    bill: { usd: 0, credit: { days: null } },
  })
})

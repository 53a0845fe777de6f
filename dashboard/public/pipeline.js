// @ts-check
import { setBars } from './bars.js'
import { byId, isolated, make, setItems, setText } from './dom.js'
import { age, ago, bytes, count, delay, moment, percent, plural, rate } from './format.js'

/** @typedef {import('../src/schema.ts').Snapshot} Snapshot */

/** Shows whether the pipeline does its work. @param {Snapshot} snapshot */
export function setPipeline(snapshot) {
  setPartitions(snapshot)
  setFlow(snapshot)
  setLake(snapshot)
  setDead(snapshot)
  setServices(snapshot.services)
}

/** @param {Snapshot} snapshot */
function setPartitions({ partitions, at, clusterId }) {
  setText('cluster', clusterId ? `cluster ${clusterId}` : '')
  setItems(
    byId('partitions'),
    partitions.map(row => ({
      ...row,
      counted: age(row.countedAt, at),
      event: row.newestEventAt ? age(row.newestEventAt, at) : '–',
    })),
    row => String(row.partition),
    row =>
      make(
        'tr',
        '',
        make('td', 'n', String(row.partition)),
        make('td', 'n', count(row.next)),
        make('td', 'n', row.counted),
        make('td', 'n', row.event),
        make('td', 'n', row.sealed === null ? '–' : count(row.sealed)),
      ),
  )
  setText('partitions-note', partitions.length ? '' : 'No partition has been counted yet.')
}

/** @param {Snapshot} snapshot */
function setFlow({ flow, deadLetters, counted, at }) {
  const perMinute = (/** @type {number} */ value) =>
    flow.minutes > 0 ? `${rate(value / flow.minutes)} a minute` : '–'
  setPairs('flow', [
    ['Counted', perMinute(flow.processed)],
    ['Late by over 60 s', `${perMinute(flow.late)} (${percent(flow.late, flow.processed)})`],
    ['Dead letters', `${count(deadLetters.inWindow)} in the last ${deadLetters.windowMinutes} min`],
    ['Minutes with data', count(flow.minutes)],
    ['Text repaired', plural(flow.repaired, 'event')],
    ['Delay, median', delay(flow.delay.p50)],
    ['Delay, 95 %', delay(flow.delay.p95)],
    ['Newest event', counted.newestEventAt ? ago(counted.newestEventAt, at) : '–'],
  ])
}

/** @param {Snapshot} snapshot */
function setLake({ lake, at, partitions }) {
  const { last, unwritten } = lake
  const waiting = partitions.reduce((sum, row) => sum + Math.max(0, row.next - (row.sealed ?? row.first)), 0)
  setPairs('lake', [
    ['Last file', last ? (last.key.split('/').at(-1) ?? last.key) : 'none yet'],
    ['Written', last ? `${moment(last.writtenAt, at)}, ${ago(last.writtenAt, at)}` : '–'],
    [
      'Size',
      last ? `${plural(last.rows, 'row')}${last.bytes === null ? '' : `, ${bytes(last.bytes)}`}` : '–',
    ],
    [
      'Sealed, not written',
      unwritten.ranges ? `${plural(unwritten.ranges, 'range')}, ${plural(unwritten.rows, 'row')}` : 'nothing',
    ],
    ...(unwritten.oldestSealedAt
      ? [/** @type {[string, string]} */ (['Oldest of these', ago(unwritten.oldestSealedAt, at)])]
      : []),
    ['Counted, not sealed', plural(waiting, 'row')],
  ])
}

/** @param {Snapshot} snapshot */
function setDead({ deadLetters, at }) {
  const { reasons, latest, hours, cappedAt } = deadLetters
  const all = reasons.reduce((sum, row) => sum + row.count, 0)
  setBars(
    'reasons',
    reasons.map(({ reason, count: value }) => ({ name: reason, value, className: 'anonymous' })),
    all,
  )
  const window =
    cappedAt === null ? `In the last ${hours} h.` : `The newest ${count(cappedAt)} of the last ${hours} h.`
  setText('reasons-note', reasons.length ? window : `None in the last ${hours} h.`)
  setItems(
    byId('dead-letters'),
    latest,
    row => `${row.partition}-${row.offset}`,
    row =>
      make(
        'li',
        '',
        make(
          'span',
          'quiet',
          `${moment(row.at, at)} · partition ${row.partition}, offset ${count(row.offset)} · ${bytes(row.bytes)}`,
        ),
        isolated(`${row.reason}: ${row.detail}`, 'clip'),
      ),
  )
}

/** @type {Record<import('../src/schema.ts').Service['state'], string>} */
const tones = { ready: 'good', 'not ready': 'warn', unreachable: 'bad' }

/** @param {Snapshot['services']} services */
function setServices(services) {
  setItems(
    byId('services'),
    services ?? [],
    row => row.name,
    row => {
      const item = make(
        'li',
        '',
        make('strong', '', isolated(row.name)),
        make('span', `badge ${tones[row.state]}`, row.state),
      )
      if (row.partitions)
        item.append(
          make(
            'span',
            '',
            row.partitions.length ? `partitions ${row.partitions.join(', ')}` : 'no partition',
          ),
        )
      if (row.lag !== null) item.append(make('span', '', `lag ${count(row.lag)}`))
      if (row.heldRows !== null) item.append(make('span', '', `${plural(row.heldRows, 'row')} held`))
      if (row.perSecond !== null) item.append(make('span', '', `${rate(row.perSecond)} events/s`))
      if (row.reason) item.append(make('span', 'quiet reason', isolated(row.reason)))
      return item
    },
  )
  setText(
    'services-note',
    services
      ? 'Asked at each reading; lag in records of the log.'
      : 'Not asked. Set SERVICE_URLS to show the workers with their partitions and lag.',
  )
}

/** @param {string} id @param {readonly (readonly [string, string])[]} pairs */
function setPairs(id, pairs) {
  setItems(
    byId(id),
    pairs,
    ([term]) => term,
    ([term, value]) => make('div', '', make('dt', '', term), make('dd', '', isolated(value))),
  )
}

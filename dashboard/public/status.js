// @ts-check
import { byId, make, setItems, setText } from './dom.js'
import { ago, clock, count, duration, moment, span } from './format.js'

/** @typedef {import('../src/schema.ts').Snapshot} Snapshot */
/** @typedef {{ snapshot: Snapshot | undefined, receivedMs: number, problem: string | undefined, lost: string | undefined }} Status */
/** @typedef {{ name: string, tone: string }} Badge */

/** @type {Record<Snapshot['source']['kind'], Badge | undefined>} */
const sourceBadges = {
  none: undefined,
  live: undefined,
  simulated: { name: 'SIMULATED', tone: 'made' },
  replayed: { name: 'REPLAY', tone: 'made' },
  mixed: { name: 'PARTLY SIMULATED OR REPLAYED', tone: 'made' },
}

/** Shows how far the numbers can be trusted: badges, notices, the time they were read. @param {Status} status */
export function setStatus(status) {
  const badges = badgesOf(status)
  setItems(
    byId('badges'),
    badges,
    badge => badge.name,
    badge => make('span', `badge ${badge.tone}`, badge.name),
  )
  document.title = `${badges.map(badge => badge.name).join(', ')} · wikiflow`
  setItems(
    byId('notices'),
    noticesOf(status),
    notice => notice.key,
    ({ tone, text }) => make('p', `notice ${tone}`, ...withCode(text)),
  )
  const { snapshot, receivedMs } = status
  if (!snapshot) return
  const age = performance.now() - receivedMs
  setText('read-at', `read at ${clock(snapshot.at)} UTC${age > 5_000 ? `, ${duration(age)} ago` : ''}`)
}

/** Our own sentences mark commands with backticks. @param {string} text */
function withCode(text) {
  return text.split('`').map((part, index) => (index % 2 ? make('code', '', part) : part))
}

/** @param {Status} status @returns {Badge[]} */
function badgesOf({ snapshot, problem, lost }) {
  if (lost) return [{ name: 'NO CONNECTION', tone: 'bad' }]
  if (problem) return [{ name: 'NO DATABASE', tone: 'bad' }]
  if (!snapshot) return [{ name: 'CONNECTING', tone: '' }]
  if (snapshot.state === 'empty') return [{ name: 'NO DATA', tone: '' }]
  const source = sourceBadges[snapshot.source.kind]
  /** @type {Badge[]} */
  const badges = source ? [source] : []
  if (snapshot.state === 'stale') badges.push({ name: 'STALE', tone: 'bad' })
  else if (snapshot.state === 'behind') badges.push({ name: 'CATCHING UP', tone: 'warn' })
  else if (!source) badges.push({ name: 'LIVE', tone: 'good' })
  return badges
}

/** @param {Status} status @returns {{ key: string, tone: string, text: string }[]} */
function noticesOf({ snapshot, problem, lost }) {
  const notices = []
  const until = snapshot ? ` The numbers below are those of ${clock(snapshot.at)} UTC.` : ''
  if (lost) notices.push({ key: 'lost', tone: 'bad', text: lost + until })
  else if (problem) notices.push({ key: 'problem', tone: 'bad', text: problem + until })
  if (!snapshot) return notices
  const { state, source, counted, window, at } = snapshot
  if (state === 'empty') {
    const text =
      'Nothing has been counted yet. Numbers appear here a few seconds after the pipeline starts: `npm start` on this machine; `npx zx ops/status.ts` says what a deployed one is waiting for.'
    return [...notices, { key: 'empty', tone: '', text }]
  }
  if (state === 'stale' && counted.lastAt) {
    const text = `Nothing has been counted since ${moment(counted.lastAt, at)}, ${minutesAgo(counted.lastAt, at)}. The numbers below stand still: \`npx zx ops/status.ts\` says whether the source, the log or the workers are down.`
    notices.push({ key: 'stale', tone: 'bad', text })
  }
  if (state === 'behind' && counted.newestEventAt) {
    const text = `The workers are catching up: the events they count now happened ${ago(counted.newestEventAt, at)}. The newest minutes are not complete yet.`
    notices.push({ key: 'behind', tone: '', text })
  }
  if (source.kind === 'simulated') {
    notices.push({
      key: 'source',
      tone: 'made',
      text: 'These events are simulated. They were made up for a demonstration; nobody edited these pages.',
    })
  } else if (source.kind === 'replayed') {
    notices.push({
      key: 'source',
      tone: 'made',
      text: 'These events are a replay of recorded ones. Times are those at which they happened.',
    })
  } else if (source.kind === 'mixed') {
    const text = `Of the ${count(source.events)} events below, ${count(source.simulated)} are simulated and ${count(source.replayed)} replayed; the rest are live.`
    notices.push({ key: 'source', tone: 'made', text })
  }
  if (window.basis === 'newest data') {
    const text = `No event of the last ${window.minutes} minutes was counted. Shown are the newest ${window.minutes} minutes that have data: ${span(window.from, window.to, at)}.`
    notices.push({ key: 'window', tone: '', text })
  }
  return notices
}

/** In whole minutes past the first: a notice that is read aloud must not change every second. @param {string} iso @param {string} now */
function minutesAgo(iso, now) {
  const ms = Date.parse(now) - Date.parse(iso)
  return `${duration(ms < 3_600_000 ? Math.floor(ms / 60_000) * 60_000 : ms).replace(/ 0 s$/, '')} ago`
}

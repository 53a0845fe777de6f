// @ts-check
import { setBars } from './bars.js'
import { setMinutes } from './chart.js'
import { byId, isolated, make, setItems, setText } from './dom.js'
import { bytes, count, delay, minute, percent, plural, rate, signed, span } from './format.js'
import { pageLink, wikiName, wikiTitle } from './link.js'

/** @typedef {import('../src/schema.ts').Snapshot} Snapshot */

/** How many of the window's wikis the table shows; the filter offers all that the snapshot names. */
const shownWikis = 10

/** Shows what happens on the wikis. @param {Snapshot} snapshot */
export function setActivity(snapshot) {
  const { window, totals, editors, at } = snapshot
  const stretch = span(window.from, window.to, at)
  for (const element of document.querySelectorAll('[data-window]')) element.textContent = stretch
  setTiles(snapshot, stretch)
  setMinutes(snapshot.minutes)
  setBars(
    'editors',
    [
      { name: 'registered', value: editors.registered, className: 'registered' },
      {
        name: 'anonymous (IP or temporary)',
        value: editors.anonymous,
        className: 'anonymous',
      },
      { name: 'bots', value: editors.bot, className: 'bot' },
      { name: 'hidden by the wiki', value: editors.hidden, className: 'hidden-editor' },
    ],
    totals.events,
  )
  setBars(
    'types',
    snapshot.types.map(({ type, events }) => ({ name: type, value: events })),
    totals.events,
  )
  setText('reverts', `${plural(totals.reverts, 'revert')} among them, told by their comments.`)
  setWikis(snapshot)
  setPages(snapshot)
}

/** @param {Snapshot} snapshot @param {string} stretch */
function setTiles({ counted, totals, window, flow, deadLetters, state }, stretch) {
  const { perSecond, perSecondOverS } = counted
  setText('rate', perSecond === null ? '–' : rate(perSecond))
  setText(
    'rate-note',
    perSecond === null
      ? 'measuring …'
      : `mean of the last ${Math.round(perSecondOverS)} s; ${count(counted.total)} in all`,
  )
  setText('events', count(totals.events))
  setText('events-note', `in ${window.minutes} min, ${stretch}`)
  setText('added', totals.events ? `+${bytes(totals.bytesAdded)}` : '–')
  setText('removed', totals.events ? `−${bytes(totals.bytesRemoved)}` : '')
  setText('bytes-note', `in ${window.minutes} min`)
  setText('delay', delay(flow.delay.p50))
  setText(
    'delay-note',
    flow.delay.count
      ? `median; 95 % within ${upTo(flow.delay.p95)}, of ${window.minutes} min`
      : 'nothing to measure',
  )
  setText('dead', count(deadLetters.inWindow))
  setText('dead-note', `in the last ${deadLetters.windowMinutes} min; ${count(counted.dead)} in all`)
  byId('dead').classList.toggle('minus', deadLetters.inWindow > 0 && state !== 'empty')
}

/** @param {Snapshot['flow']['delay']['p95']} bucket */
function upTo(bucket) {
  return bucket?.atMostS ? `${bucket.atMostS} s` : 'more than 300 s'
}

/** @param {Snapshot} snapshot */
function setWikis({ wikis, wikiCount, totals }) {
  setItems(
    byId('wikis'),
    wikis.slice(0, shownWikis),
    row => row.wiki,
    row =>
      make(
        'tr',
        '',
        make('td', '', wikiTitle(row), make('span', 'sub', isolated(row.wiki))),
        make('td', 'n', count(row.events)),
        make('td', 'n plus', bytes(row.bytesAdded)),
        make('td', 'n minus', bytes(row.bytesRemoved)),
      ),
  )
  const first = wikis.slice(0, shownWikis).reduce((sum, row) => sum + row.events, 0)
  const note =
    wikiCount > shownWikis
      ? `These ${shownWikis} of ${wikiCount} wikis have ${percent(first, totals.events)} of the events.`
      : ''
  setText('wiki-count', wikiCount ? note : 'No wiki in these minutes.')
}

/** @param {Snapshot} snapshot */
function setPages({ pages, at }) {
  setItems(
    byId('pages'),
    pages.rows,
    row => `${row.wiki}|${row.title}`,
    row =>
      make(
        'tr',
        '',
        make('td', '', pageLink(row.serverName, row.title), make('span', 'sub', wikiName(row))),
        make('td', 'n', count(row.edits)),
        make('td', 'n', count(row.editors)),
        make('td', 'n', signed(row.bytesAdded + row.bytesRemoved)),
        make('td', 'n', count(row.reverts)),
      ),
  )
  const end = new Date(Date.parse(pages.hour) + 3_600_000).toISOString()
  setText('pages-window', span(pages.hour, end, at))
  setText(
    'pages-note',
    pages.rows.length
      ? `Edits and new pages of this hour, read at ${minute(pages.readAt)} UTC.`
      : 'No page was edited in this hour.',
  )
}

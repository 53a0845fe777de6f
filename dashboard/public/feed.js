// @ts-check
import { byId, isolated, make, setItems, setText } from './dom.js'
import { clock, moment, signed, span } from './format.js'
import { pageLink, wikiName } from './link.js'

/** @typedef {import('../src/schema.ts').Snapshot} Snapshot */
/** @typedef {import('../src/schema.ts').Change} Change */

const wikiFilter = /** @type {HTMLSelectElement} */ (byId('filter-wiki'))
const botFilter = /** @type {HTMLInputElement} */ (byId('filter-bots'))
const pause = byId('pause')

/** @type {Snapshot | undefined} */
let snapshot
let paused = false
/** Answers can overtake each other: only the newest question's counts. */
let question = 0

/** Reads the filters from the address, and keeps them there, so that a view can be sent to somebody. */
export function startFeed() {
  const asked = new URLSearchParams(location.search)
  offer([asked.get('wiki') ?? ''])
  wikiFilter.value = asked.get('wiki') ?? ''
  botFilter.checked = asked.get('bots') === 'hide'
  for (const filter of [wikiFilter, botFilter]) {
    filter.addEventListener('change', () => {
      const query = filterQuery().toString()
      history.replaceState(null, '', query ? `?${query}` : location.pathname)
      void show()
    })
  }
  pause.addEventListener('click', () => {
    paused = !paused
    pause.setAttribute('aria-pressed', String(paused))
    void show()
  })
}

/** Shows the newest changes, unless the viewer paused them. @param {Snapshot} next */
export function setFeed(next) {
  snapshot = next
  offer(next.wikis.map(row => row.wiki))
  if (!paused) void show()
}

async function show() {
  if (!snapshot) return
  const { window, at, changes: newest } = snapshot
  const stretch = `newest 30, ${span(window.from, window.to, at)}`
  const query = filterQuery()
  const mine = ++question
  if (query.size === 0) {
    draw(newest, at)
  } else {
    const response = await fetch(`/api/changes?${query}`).catch(() => undefined)
    const body = await response?.json().catch(() => undefined)
    if (mine !== question) return
    if (!response?.ok || !body) {
      setText('feed-note', body?.error ?? 'No answer to this filter; it is asked again.')
      return
    }
    draw(body.changes, at)
  }
  setText('feed-note', paused ? `paused at ${clock(at)} UTC` : stretch)
}

/** @param {Change[]} changes @param {string} at */
function draw(changes, at) {
  const list = byId('changes')
  setItems(
    list,
    changes,
    row => `${row.partition}-${row.offset}`,
    row => changeRow(row, at),
  )
  if (changes.length > 0) return
  list.append(make('li', 'nothing', 'No such change in these minutes.'))
}

/** @param {Change} row @param {string} at */
function changeRow(row, at) {
  const time = make('time', 'quiet when', clock(row.at))
  time.dateTime = row.at
  time.title = moment(row.at, at)
  const what = make('span', 'what', make('span', 'tag', isolated(row.type)))
  if (row.revert) what.append(make('span', 'tag revert', 'revert'))
  if (row.minor) what.append(make('span', 'tag', 'minor'))
  what.append(pageLink(row.serverName, row.title))
  const who = make('span', 'who', row.user === null ? make('i', 'quiet', 'hidden') : isolated(row.user))
  if (row.editor === 'bot') who.append(make('span', 'tag botlike', 'bot'))
  const tone = row.bytes === null || row.bytes === 0 ? 'quiet' : row.bytes > 0 ? 'plus' : 'minus'
  return make(
    'li',
    'change',
    time,
    make('span', 'quiet where', wikiName(row)),
    what,
    who,
    make('span', `n size ${tone}`, row.bytes === null ? '' : signed(row.bytes)),
    make('span', 'comment', ...(row.comment ? [isolated(row.comment, 'clip')] : [])),
  )
}

function filterQuery() {
  const query = new URLSearchParams()
  if (wikiFilter.value) query.set('wiki', wikiFilter.value)
  if (botFilter.checked) query.set('bots', 'hide')
  return query
}

/** Adds wikis to the choice, in the alphabet; none is taken away while somebody may be choosing. @param {string[]} wikis */
function offer(wikis) {
  const known = new Set([...wikiFilter.options].map(option => option.value))
  const fresh = wikis.filter(wiki => wiki && !known.has(wiki))
  if (fresh.length === 0) return
  const chosen = wikiFilter.value
  const all = [...known, ...fresh].filter(wiki => wiki).sort()
  wikiFilter.replaceChildren(new Option('all', ''), ...all.map(wiki => new Option(wiki, wiki)))
  wikiFilter.value = chosen
}

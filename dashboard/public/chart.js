// @ts-check
import { byId, make, setItems, setText } from './dom.js'
import { count, minute, rate } from './format.js'

/** @typedef {import('../src/schema.ts').Snapshot['minutes'][number]} Minute */

const groups = /** @type {const} */ (['registered', 'anonymous', 'bot', 'hidden'])
const classes = { registered: 'registered', anonymous: 'anonymous', bot: 'bot', hidden: 'hidden-editor' }
const height = 220
const margin = { left: 40, right: 4, top: 8, bottom: 22 }

/** @type {readonly Minute[]} */
let minutes = []
/** @type {number | undefined} */
let chosen

/** Draws the chart anew when its width changes, and tells of the minute under the pointer. */
export function startChart() {
  const chart = byId('chart')
  new ResizeObserver(draw).observe(chart)
  chart.addEventListener('pointermove', event => {
    const { left, width } = chart.getBoundingClientRect()
    const step = (width - margin.left - margin.right) / minutes.length
    const index = Math.floor((event.clientX - left - margin.left) / step)
    choose(minutes[index] ? index : undefined)
  })
  chart.addEventListener('pointerleave', () => choose(undefined))
}

/** @param {readonly Minute[]} next */
export function setMinutes(next) {
  minutes = next
  draw()
  setItems(
    byId('minutes'),
    [...next].reverse(),
    row => row.minute,
    row =>
      make(
        'tr',
        '',
        make('td', '', `${minute(row.minute)}${row.complete ? '' : ' so far'}`),
        ...groups.map(group => make('td', 'n', count(row[group]))),
      ),
  )
}

/** @param {number | undefined} index */
function choose(index) {
  if (chosen === index) return
  chosen = index
  draw()
}

function draw() {
  const chart = byId('chart')
  const width = Math.max(200, chart.clientWidth)
  const perSecond = minutes.map(row => totalOf(row) / 60)
  const top = niceTop(Math.max(...perSecond, 0))
  const step = (width - margin.left - margin.right) / Math.max(1, minutes.length)
  const y = (/** @type {number} */ value) =>
    height - margin.bottom - (value / top) * (height - margin.top - margin.bottom)

  const parts = [0, 0.25, 0.5, 0.75, 1].flatMap(share => [
    shape('line', {
      class: 'grid',
      x1: margin.left,
      x2: width - margin.right,
      y1: y(top * share),
      y2: y(top * share),
    }),
    label(margin.left - 6, y(top * share) + 4, 'end', String(Number((top * share).toPrecision(3)))),
  ])
  const every = width < 500 ? 10 : 5
  minutes.forEach((row, index) => {
    const x = margin.left + index * step
    if (index === chosen) {
      parts.push(
        shape('rect', {
          class: 'chosen',
          x,
          y: margin.top,
          width: step,
          height: height - margin.top - margin.bottom,
        }),
      )
    }
    let below = 0
    for (const group of groups) {
      const value = row[group] / 60
      if (value === 0) continue
      parts.push(
        shape('rect', {
          class: `${classes[group]}${row.complete ? '' : ' part'}`,
          x: x + step * 0.1,
          width: step * 0.8,
          y: y(below + value),
          height: y(below) - y(below + value),
        }),
      )
      below += value
    }
    if (Number(row.minute.slice(14, 16)) % every === 0) {
      parts.push(label(x + step / 2, height - 6, 'middle', minute(row.minute)))
    }
  })
  chart.setAttribute('viewBox', `0 0 ${width} ${height}`)
  chart.replaceChildren(...parts)
  tell(perSecond)
}

/** Says in words what is drawn: for the pointer's minute, and for those who can't see it. @param {number[]} perSecond */
function tell(perSecond) {
  const row = chosen === undefined ? undefined : minutes[chosen]
  const highest = perSecond.indexOf(Math.max(...perSecond))
  const peak = minutes[highest]
  const summary =
    peak && perSecond[highest]
      ? `Highest: ${rate(perSecond[highest])} a second at ${minute(peak.minute)} UTC.`
      : 'No events in these minutes.'
  byId('chart').setAttribute('aria-label', `Events per second by minute and kind of editor. ${summary}`)
  setText(
    'chart-readout',
    row
      ? `${minute(row.minute)} UTC: ${rate(totalOf(row) / 60)} a second${row.complete ? '' : ' so far, the minute is not over'} (${count(row.registered)} registered, ${count(row.anonymous)} anonymous, ${count(row.bot)} bots, ${count(row.hidden)} hidden)`
      : `${summary} ${minutes.some(each => !each.complete && totalOf(each) > 0) ? 'The pale bar is the minute in progress.' : ''}`,
  )
}

/** @param {Minute} row */
function totalOf(row) {
  return row.registered + row.anonymous + row.bot + row.hidden
}

/** The next number above whose quarters are short ones. @param {number} value */
function niceTop(value) {
  if (value <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  const factor = [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 4.8, 6, 8, 10].find(each => each * power >= value) ?? 10
  return factor * power
}

/** @param {string} name @param {Record<string, string | number>} attributes */
function shape(name, attributes) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
  return element
}

/** @param {number} x @param {number} y @param {string} anchor @param {string} text */
function label(x, y, anchor, text) {
  const element = shape('text', { x, y, 'text-anchor': anchor })
  element.textContent = text
  return element
}

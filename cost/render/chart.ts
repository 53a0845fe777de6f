import { parse, View } from 'vega'
import { type Config, compile, type TopLevelSpec } from 'vega-lite'
import { escaped, Markup } from './markup.ts'

/** The page's own colours and font, which know light, dark and paper. */
const config: Config = {
  aria: false,
  background: 'transparent',
  font: 'system-ui, sans-serif',
  view: { stroke: null },
  axis: {
    labelColor: 'currentColor',
    titleColor: 'currentColor',
    gridColor: 'var(--line)',
    domainColor: 'var(--line)',
    tickColor: 'var(--line)',
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    labelLimit: 220,
    labelPadding: 6,
  },
  legend: { labelColor: 'currentColor', labelFontSize: 12, title: null, orient: 'top' },
  text: { color: 'currentColor', fontSize: 12 },
}

/** What a chart says to those who don't see it; its figures stand in a table beside it. */
export type Words = { id: string; title: string; description: string }

/** Draws a Vega-Lite chart without a browser, as SVG for a page: no script, nothing fetched, text escaped. */
export async function drawn(spec: TopLevelSpec, { id, title, description }: Words): Promise<Markup> {
  const view = new View(parse(compile({ ...spec, config }).spec), { renderer: 'none' })
  const svg = await view.toSVG()
  view.finalize()
  const opening =
    `<svg role="img" aria-labelledby="${id}-title ${id}-text" ` +
    `viewBox="${/viewBox="([\d. -]+)"/.exec(svg)?.[1] ?? '0 0 0 0'}">` +
    `<title id="${id}-title">${escaped(title)}</title><desc id="${id}-text">${escaped(description)}</desc>`
  // Vega counts its clips for each chart: on one page they must not share their names.
  const own = svg.replace(/(id="|url\(#)clip/g, `$1${id}-clip`)
  return new Markup(own.replace(/^<svg[^>]*>/, opening))
}

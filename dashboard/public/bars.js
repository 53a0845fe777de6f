// @ts-check
import { byId, isolated, make, setItems } from './dom.js'
import { count, percent } from './format.js'

/** @typedef {{ name: string, value: number, className?: string }} Bar */

/**
 * A list of names with numbers, shares and bars.
 * @param {string} id
 * @param {readonly Bar[]} bars
 * @param {number} all what 100 % is
 */
export function setBars(id, bars, all) {
  setItems(
    byId(id),
    bars.map(bar => ({ ...bar, all })),
    bar => bar.name,
    ({ name, value, className }) => {
      const fill = make('span', `fill ${className ?? ''}`)
      fill.style.setProperty('--share', String(all > 0 ? value / all : 0))
      return make(
        'li',
        '',
        isolated(name),
        make('span', 'n', `${count(value)} · ${percent(value, all)}`),
        make('span', 'meter', fill),
      )
    },
  )
}

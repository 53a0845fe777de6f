// @ts-check

/**
 * The element of that id, which index.html is sure to have.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id)
  if (!element) throw new Error(`index.html has no element #${id}`)
  return element
}

/**
 * A new element. What comes from the stream goes in as text alone, never as markup.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {string} className
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function make(tag, className = '', ...children) {
  const element = document.createElement(tag)
  if (className) element.className = className
  element.append(...children)
  return element
}

/**
 * Text of unknown direction: right-to-left marks in it can't turn what stands around it.
 * @param {string} text
 * @param {string} className
 */
export function isolated(text, className = '') {
  return make('bdi', className, text)
}

/**
 * Sets an element's text, when it is another: a selection in it outlives a reading without news.
 * @param {string} id
 * @param {string} text
 */
export function setText(id, text) {
  const element = byId(id)
  if (element.textContent !== text) element.textContent = text
}

/**
 * Makes a list's elements those of the items, by key: what stays, stays the same element, so that focus and
 * scrolling survive. An item whose `face` (what it shows) is unchanged isn't touched.
 * @template T
 * @param {HTMLElement} list
 * @param {readonly T[]} items
 * @param {(item: T) => string} key
 * @param {(item: T) => HTMLElement} draw
 */
export function setItems(list, items, key, draw) {
  const known = new Map([...list.children].map(child => [child.getAttribute('data-key'), child]))
  const wanted = items.map(item => {
    const itemKey = key(item)
    const face = JSON.stringify(item)
    const old = known.get(itemKey)
    if (old && faces.get(old) === face) return old
    const element = draw(item)
    element.setAttribute('data-key', itemKey)
    faces.set(element, face)
    const focused = old?.contains(document.activeElement)
    if (old) {
      old.replaceWith(element)
      known.set(itemKey, element)
      if (focused) element.querySelector('a')?.focus({ preventScroll: true })
    }
    return element
  })
  const keep = new Set(wanted)
  for (const child of [...list.children]) if (!keep.has(/** @type {HTMLElement} */ (child))) child.remove()
  wanted.forEach((element, index) => {
    if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null)
  })
}

/** What each drawn element showed. @type {WeakMap<Element, string>} */
const faces = new WeakMap()

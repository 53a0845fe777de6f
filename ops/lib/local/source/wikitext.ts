import { type Wiki } from './wikis.ts'

/** Characters that MediaWiki leaves as they are in the path of a page (wfUrlencode), beside those of encodeURIComponent. */
const kept = /%(3B|40|24|2C|2F|3A)/g

/** The page's address: `https://csb.wikipedia.org/wiki/Kateg%C3%B2r%C3%ABj%C3%B4:Filozofij%C3%B4`. */
export function pageUrl(wiki: Wiki, title: string): string {
  return `https://${wiki.server}${pagePath(title)}`
}

function pagePath(title: string): string {
  const encoded = encodeURIComponent(title.replaceAll(' ', '_'))
  return `/wiki/${encoded.replace(kept, code => decodeURIComponent(code))}`
}

/** A comment as MediaWiki renders it: links as anchors, a section in a span, everything else escaped. */
export function parseComment(comment: string): string {
  return escapeHtml(comment)
    .replace(
      /^\/\* (.*?) \*\/ ?/,
      '<span dir="auto"><span class="autocomment"><a href="#$1">→‎$1</a>: </span></span> ',
    )
    .replace(/\[\[:?([^|\]]+)(?:\|([^\]]*))?\]\]/g, (_link, target: string, label?: string) => {
      return `<a href="${pagePath(target)}" title="${target}">${label ?? target}</a>`
    })
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

import { readFileSync } from 'node:fs'
import { type Source } from '../../../runtime/src/contract.ts'
import { UserError } from '../script.ts'
import { liveUrl } from './stack.ts'

/** How long Wikimedia may take to answer before the simulator is used, in ms. */
const probeMs = 5_000

/** The source to use, and why it isn't the live one where nobody asked for another. */
export type SourceChoice = { source: Source; because?: string }

/**
 * Chooses the source: the one asked for; else the live one, when a contact is set and Wikimedia answers within five
 * seconds; else the simulator.
 * @throws UserError when the live source is asked for and can't be used.
 */
export async function chooseSource(
  asked: Source | undefined,
  contact: string | undefined,
  url: string = liveUrl,
): Promise<SourceChoice> {
  if (asked && asked !== 'live') return { source: asked }
  const obstacle = contact
    ? await reach(url, contact)
    : 'WIKIFLOW_CONTACT is not set (Wikimedia asks for an e-mail or a page that says who reads its stream)'
  if (!obstacle) return { source: 'live' }
  if (asked === 'live') throw new UserError(`the live source can't be used: ${obstacle}`)
  return { source: 'simulate', because: obstacle }
}

/** Tries the stream once. @returns what is in the way, or undefined. */
async function reach(url: string, contact: string): Promise<string | undefined> {
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), probeMs)
  try {
    const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
    const response = await fetch(url, {
      signal: abort.signal,
      headers: { 'user-agent': `wikiflow/${version} (${contact})`, accept: 'text/event-stream' },
    })
    return response.ok ? undefined : `${url} answers ${response.status}`
  } catch (error) {
    if (abort.signal.aborted) return `${url} did not answer within ${probeMs / 1_000} s`
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    return `${url} can't be reached (${cause})`
  } finally {
    clearTimeout(timer)
    abort.abort()
  }
}

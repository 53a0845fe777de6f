import { fileTarget } from './file-target.ts'
import { type Target } from './target.ts'

/** Which hosts are meant: those in a file, or those of the stack of `wikiflow.config.ts`. */
export type TargetChoice = {
  target?: string | undefined
  config?: string | undefined
  state: string
  /** Keys of hosts on AWS, `host-1 ssh-ed25519 AAAA…`; the others are read off their consoles. */
  'host-key'?: readonly string[] | undefined
}

/**
 * Opens what is meant, with the keys of its hosts pinned; changes nothing on it.
 * @throws UserError for what isn't there, or isn't whole, and for a host whose key isn't known.
 */
export async function openTarget(choice: TargetChoice): Promise<Target> {
  if (choice.target !== undefined) return fileTarget(choice.target, choice.state)
  // AWS's clients take half a second to load, which hosts given by address do without.
  const { openStandingTarget } = await import('./standing-target.ts')
  return openStandingTarget(choice)
}

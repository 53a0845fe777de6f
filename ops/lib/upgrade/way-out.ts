/** How far a replacement of the log has come. */
export type Reached =
  /** The old one runs, and so does all that writes to it. */
  | 'nothing'
  /** Ingest was asked to stop. */
  | 'ingest stopped'
  /** The Swarm was asked for the new one. */
  | 'asked for'
  /** The new one has been healthy, if for a moment. */
  | 'healthy'

/** What becomes of a replacement that failed, or was broken off, with the log. */
export type WayOut =
  /** Nothing is touched any more: it is another's to do. */
  | 'left'
  /** The old one never stopped. */
  | 'as before'
  /** The old one takes its place again. */
  | 'back'
  /** The new one stays, for the old one can't read its data. */
  | 'stays'

/**
 * Which log is to run after a replacement that didn't end well, whatever ended it: a new one that isn't healthy or ready,
 * Ctrl-C, a lost connection.
 * @param isOneWay once the new one was healthy, the old one can't read the data any more.
 * @param isHeld whether the lock still is.
 */
export function wayOut({
  reached,
  isOneWay,
  isHeld,
}: {
  reached: Reached
  isOneWay: boolean
  isHeld: boolean
}): WayOut {
  if (!isHeld) return 'left'
  if (reached === 'nothing' || reached === 'ingest stopped') return 'as before'
  return reached === 'healthy' && isOneWay ? 'stays' : 'back'
}

import { PassThrough } from 'node:stream'
import { type Host, type RunOptions } from './host.ts'
import { mustRun } from './must-run.ts'

/** A script on a host, and what it is for. */
export type Work = { host: Host; doing: string; script: string; args?: readonly string[] }

/**
 * Hands what a script of one host puts out to a script of another, through this machine but not through its memory: who
 * writes waits for who reads. When one fails the other is ended, and never takes a part for the whole.
 * @returns what the second put out.
 * @throws UserError of whichever failed first.
 */
export async function handOn(
  from: Work,
  to: Work,
  { timeoutMs, signal }: Pick<RunOptions, 'timeoutMs' | 'signal'> = {},
): Promise<string> {
  const between = new PassThrough()
  // Both runs hear of its failure; without a listener of its own it would end this process.
  between.on('error', () => {})
  const failed = new AbortController()
  const options = {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    signal: AbortSignal.any([failed.signal, ...(signal ? [signal] : [])]),
  }
  const work = ({ host, doing, script, args }: Work, streams: RunOptions) =>
    mustRun(host, doing, script, args, { ...options, ...streams }).catch(error => {
      failed.abort(error)
      throw error
    })
  const sent = work(from, { stdout: between }).then(
    () => between.end(),
    error => between.destroy(error),
  )
  try {
    const [received] = await Promise.all([work(to, { stdin: between }), sent])
    return received
  } catch (error) {
    await sent
    throw failed.signal.aborted ? failed.signal.reason : error
  }
}

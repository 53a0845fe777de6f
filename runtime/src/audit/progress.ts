import { type Progress } from './full-pass.ts'
import { number } from './words.ts'

/** What takes no longer than this needs no progress, in ms. */
const quietMs = 2_000
/** Between two lines, in ms: on a terminal one line is written over, elsewhere each one stays. */
const terminalMs = 200
const elsewhereMs = 10_000

/** Shows on a stream, mostly standard error, how far a long audit got. */
export function showProgress(
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>,
  now: () => number = () => performance.now(),
): { show: Progress; clear(): void } {
  const everyMs = stream.isTTY ? terminalMs : elsewhereMs
  let shownMs: number | undefined
  let isShown = false
  return {
    show({ what, done, total }) {
      shownMs ??= now() + quietMs - everyMs
      if (now() - shownMs < everyMs) return
      shownMs = now()
      const share = total > 0 ? Math.floor((done / total) * 100) : 100
      const line = `read ${number(done)} of ${number(total)} ${what}, ${share} %`
      stream.write(stream.isTTY ? `\r\u001b[K${line}` : `${line}\n`)
      isShown = stream.isTTY
    },
    clear() {
      if (isShown) stream.write('\r\u001b[K')
      isShown = false
    },
  }
}

import { Readable } from 'node:stream'
import { type Header, pack } from 'tar-stream'
import { type Release } from './release.ts'

/**
 * Contents as a tar, each in a file named by its sum.
 * @param onBytes is told how much of the tar has been read.
 */
export function contentsTar(
  contents: Iterable<readonly [sum: string, content: Buffer]>,
  onBytes: (bytes: number) => void = () => {},
): Readable {
  const entries = [...contents].map(([name, content]) => ({ header: { name, mode: 0o644 }, content }))
  return tarOf(entries, onBytes)
}

/**
 * A release as a tar of hard links to `objects/SUM`, in a folder. A tar takes any name, which no shell has to read.
 * @param sums by path.
 */
export function linksTar({ files }: Release, sums: ReadonlyMap<string, string>, folder: string): Readable {
  const entries = files.map(({ path }) => ({
    header: { name: `${folder}/${path}`, type: 'link' as const, linkname: `objects/${sums.get(path)}` },
  }))
  return tarOf(entries, () => {})
}

/** Without a content it is a link. */
type Entry = { header: Pick<Header, 'name'> & Partial<Header>; content?: Buffer }

function tarOf(entries: readonly Entry[], onBytes: (bytes: number) => void): Readable {
  const tar = pack()
  for (const { header, content } of entries) tar.entry(header, content ?? '')
  tar.finalize()
  return Readable.from(
    (async function* () {
      let bytes = 0
      for await (const chunk of tar as AsyncIterable<Buffer>) {
        yield chunk
        bytes += chunk.length
        onBytes(bytes)
      }
    })(),
  )
}

import { openFolderStore } from './object-store-folder.ts'
import { openS3Store } from './object-store-s3.ts'

/** Objects under names that are given once: none is ever overwritten or deleted. */
export type ObjectStore = {
  /** Where it is, for a person: `file:///…` or `s3://bucket/prefix`. */
  url: string
  /**
   * Stores an object unless one of this name is there. `exists` says nothing of its content: it may be the outcome of
   * this very call, when an answer was lost on the way and the call was sent again.
   * @throws StoreError
   */
  putNew(key: string, body: Buffer, metadata: Record<string, string>): Promise<'created' | 'exists'>
  /**
   * What is known of an object without reading it; undefined when there is none. `sha256` in hex, where the store
   * keeps it.
   * @throws StoreError
   */
  head(key: string): Promise<ObjectHead | undefined>
  /** Every object whose key begins so, in the order of the keys. @throws StoreError */
  list(prefix: string): AsyncIterable<{ key: string; bytes: number }>
  /** The whole object. @throws StoreError, also when there is none. */
  read(key: string): Promise<Buffer>
  /** Lets go of connections. */
  close(): void
}

/** An object of ten minutes is a few MB. */
const defaultAnswerMs = 30_000

type ObjectHead = { bytes: number; sha256?: string; metadata: Record<string, string> }

/**
 * Opens `file:///a/folder` or `s3://bucket/prefix`. Region, credentials and endpoint of S3 come from the AWS
 * environment. Nothing is asked of the store yet. `answerMs`: an answer that takes longer is taken for lost.
 * @throws Error for any other address.
 */
export async function openObjectStore(
  url: string,
  { answerMs = defaultAnswerMs }: { answerMs?: number } = {},
): Promise<ObjectStore> {
  const at = URL.canParse(url) ? new URL(url) : undefined
  if (at?.protocol === 'file:') return openFolderStore(at)
  if (at?.protocol === 's3:' && at.hostname) return openS3Store(at, answerMs)
  throw new Error(
    `${JSON.stringify(url)} is no object store; allowed: file:///a/folder or s3://bucket/prefix`,
  )
}

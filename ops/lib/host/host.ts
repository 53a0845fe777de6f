import { type Readable, type Writable } from 'node:stream'

/** Where a host is reached, as whom, and under which name its key is pinned. */
export type HostAddress = {
  /** What people call it: `host-1`. */
  name: string
  user: string
  address: string
  port: number
  /** Where the other hosts reach it, when that isn't `address`. */
  privateAddress?: string
  /** File of the private key; left out, those of the user and the agent are tried. */
  identity?: string
  /** The name under which the host's key stands in the file of pinned keys: an address can be given to another. */
  keyName: string
  /** A host through which this one is reached. */
  jump?: HostAddress
}

/** How a script ended. */
export type Ran = { code: number; stdout: string; stderr: string }

export type RunOptions = {
  /** What the script reads: secrets come this way alone. */
  stdin?: string | Uint8Array | Readable
  /** Where its output goes instead of into `Ran.stdout`. */
  stdout?: Writable
  /** Is told each whole line of output and errors as it comes. */
  onLine?: (line: string) => void
  /** After so many ms without an end the script is given up (default 60 000). */
  timeoutMs?: number
  signal?: AbortSignal
}

/** A host that can be worked on. */
export type Host = {
  readonly address: HostAddress
  /**
   * Runs a POSIX shell script on the host as the user of its address. Values go in as `args` (`$1` …), never into the
   * script's text.
   * @throws UserError when the host can't be reached, isn't who it should be, or the connection breaks; a script that
   *   ends with another code than 0 is no error here.
   */
  run(script: string, args?: readonly string[], options?: RunOptions): Promise<Ran>
  close(): Promise<void>
}

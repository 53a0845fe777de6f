import { type HostKey, hostKeyIn, sortedKeys } from './host-key.ts'

/** A block as cloud-init prints it to the console at the end of each boot (its write-ssh-key-fingerprints). */
const block = /-----BEGIN SSH HOST KEY KEYS-----(.*?)-----END SSH HOST KEY KEYS-----/gs

/**
 * The host's keys off what it printed to its console, of its last boot there; undefined when no complete block with a
 * key is there: the output ends in the middle, or the boot isn't through. Times and names that a logger puts before a
 * line, and terminals' control sequences, don't matter; what isn't a key of the proper form is left out.
 */
export function keysOnConsole(output: string): HostKey[] | undefined {
  const plain = output.replace(/\r/g, '').replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '')
  const last = [...plain.matchAll(block)].at(-1)?.[1]
  // Of a block that was cut off and begun anew, the part behind the last beginning counts.
  const lines = last?.split('-----BEGIN SSH HOST KEY KEYS-----').at(-1)?.split('\n') ?? []
  const keys = sortedKeys(lines.flatMap(line => hostKeyIn(line) ?? []))
  return keys.length > 0 ? keys : undefined
}

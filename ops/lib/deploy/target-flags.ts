import { stateFolder } from '../script.ts'

/** Flags that say which hosts are meant, for `parseArgs`: the values are a `TargetChoice`. */
export const targetFlags = {
  target: { type: 'string' },
  config: { type: 'string' },
  state: { type: 'string', default: stateFolder },
  'host-key': { type: 'string', multiple: true },
} as const

/** Their lines in a script's help. @param width of the column in which flags stand. */
export function targetHelp(width = 18): string {
  const lines = [
    [
      '--target FILE',
      'hosts given by address (see docs/targets.md), instead of the stack of wikiflow.config.ts',
    ],
    ['--config FILE', "the stack's description (default wikiflow.config.ts)"],
    ['--state DIR', "where this machine's keys and passwords are kept (default .wikiflow)"],
    ['--host-key TEXT', "a host's key, 'host-1 ssh-ed25519 AAAA…'; otherwise read off EC2's console, once"],
  ]
  return lines.map(([flag = '', what]) => `  ${flag.padEnd(width)}${what}`).join('\n')
}

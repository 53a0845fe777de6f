import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { quote } from '../host/quote.ts'
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

/** Which stack a command's flags mean: the values of `targetFlags`. */
export type Meant = { target?: string | undefined; config?: string | undefined; state: string }

/** The flags again that mean the same stack, for the next command; none for that of `wikiflow.config.ts`. */
export function flagsAgain({ target, config, state }: Meant): string[] {
  return [
    ...(target === undefined ? [] : [`--target ${quote(target)}`]),
    ...(config === undefined ? [] : [`--config ${quote(config)}`]),
    ...(resolve(state) === stateFolder ? [] : [`--state ${quote(state)}`]),
  ]
}

/** The same for commands that mean the stack on this machine where no flag names a deployed one. */
export function deployedFlagsAgain(meant: Meant): string[] {
  const isNamed = meant.target !== undefined || meant.config !== undefined
  return [...(isNamed ? [] : ['--deployed']), ...flagsAgain(meant)]
}

/** A command for the same stack, to be typed next: `npx zx ops/status.ts --target 'hosts.json'`. @param script `status.ts`. */
export function nextCommand(script: string, meant: Meant): string {
  return [`npx zx ops/${script}`, ...flagsAgain(meant)].join(' ')
}

/** Scripts of a stack that runs: they take all flags of `targetFlags`. */
const onTarget =
  /^(audit|backup|compare|deploy|exec|logs|migrate|restore|rollback|scale|status|tunnel|upgrade|verify)$/
/** Scripts of a stack on AWS: they take its description and the folder. */
const onCloud = /^(destroy|pause|prepare|provision|resume|rotate)$/

/** A text for somebody who meant a stack by flags: the commands in it mean the same one. */
export function naming(text: string, meant: Meant): string {
  const flags = flagsAgain(meant).join(' ')
  if (flags === '') return text
  const isNamed = meant.target !== undefined || meant.config !== undefined
  const takesThem = (script: string) =>
    // Without a name, these two would be told another folder for the stack on this machine.
    onTarget.test(script)
      ? isNamed || !/^(audit|verify)$/.test(script)
      : meant.target === undefined && onCloud.test(script)
  return text.replace(
    /(?<=npx zx ops\/)(\w+)\.ts(?!(?:(?!npx zx)[^\n])*? --(?:target|config|state)\b)/g,
    (command, script) => (takesThem(script) ? `${command} ${flags}` : command),
  )
}

/** What a script's arguments mean, whatever other flags it has. */
export function meantBy(args: readonly string[]): Meant {
  const { values } = parseArgs({
    args: [...args],
    options: targetFlags,
    strict: false,
    allowPositionals: true,
  })
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
  return {
    target: text(values.target),
    config: text(values.config),
    state: text(values.state) ?? stateFolder,
  }
}

/** Bash where the image has it. */
const shell = ['sh', '-c', 'command -v bash > /dev/null && exec bash; exec sh']

/**
 * The command that runs another one in a container, or a shell when none is given.
 * @param terminal whether it gets one of its own.
 */
export function execCommand(container: string, command: readonly string[], terminal: boolean): string[] {
  const how = ['docker', 'exec', '--interactive', ...(terminal ? ['--tty'] : [])]
  return [...how, container, ...(command.length > 0 ? command : shell)]
}

/** What a script was given before and behind the first `--`: flags of its own, and a command that isn't looked into. */
export function splitCommand(args: readonly string[]): { own: string[]; command: string[] } {
  const at = args.indexOf('--')
  return at < 0 ? { own: [...args], command: [] } : { own: args.slice(0, at), command: args.slice(at + 1) }
}

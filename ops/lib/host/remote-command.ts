import { UserError } from '../script.ts'
import { commandLine } from './quote.ts'

/** What a script's shell takes for its own name. */
const shellName = 'wikiflow'

/** Last line of errors of a script that ended with 255 itself: ssh ends so when the connection breaks. */
export const ended255 = 'wikiflow: the script itself ended with 255'

/** How long what is ended gently may take before it is killed, in seconds. */
export const killAfterS = 10

/** Linux takes no longer argument, and a host's shell gets the command as one (MAX_ARG_STRLEN, execve(2)), in bytes. */
const longestCommand = 131_071

/**
 * Hands the frames of `frameStdin` on as the script's standard input. The connection's own stays open behind the last
 * frame, so its end means that nobody waits for the script any more: all that runs for it is ended. A connection that
 * breaks half-way through the input never looks like the input's end.
 */
const feed = `echo $$
while IFS= read -r n; do
  if [ "$n" = 0 ]; then exec >&-
  else head -c "$n" || { cat > /dev/null; break; }
  fi
done
kill -s TERM 0`

/** SIGPIPE, for bash tells of any other signal on standard error; what programs say is read, so it is in English. */
const run = `export LC_ALL=C
feed=$1 script=$2
shift 2
sh -c "$feed" 2> /dev/null | {
  read -r feeder
  sh -c "$script" ${shellName} "$@"
  code=$?
  kill -s PIPE "$feeder" 2> /dev/null
  [ "$code" -ne 255 ] || echo '${ended255}' >&2
  exit "$code"
}`

/**
 * The command line that a host's login shell runs for a script: a connection's end, or so many seconds, end it with
 * all its children but those that left its session. Needs coreutils (Amazon Linux, Debian and Alpine have them).
 * @throws UserError for arguments that no command can hold.
 */
export function remoteCommand(script: string, args: readonly string[], limitS: number): string {
  const limit = ['timeout', '-k', String(killAfterS), String(limitS)]
  const line = `exec ${commandLine([...limit, 'sh', '-c', run, shellName, feed, script, ...args])}`
  if (Buffer.byteLength(line) > longestCommand) {
    throw new UserError(
      `a command of ${Buffer.byteLength(line)} bytes is too long for a host, which takes ${longestCommand}: send what is long as its standard input`,
    )
  }
  return line
}

import { quote } from '../host/quote.ts'
import { type ServiceFiles } from './secrets.ts'

/** What `docker stack deploy` is run with. */
export type StackInput = {
  variables: Readonly<Record<string, string>>
  /** Compose files, and the files that these name in the folder SECRETS. */
  files: ServiceFiles
}

/**
 * What the scripts below read from standard input: shell assignments for all that may be secret or hostile. It is
 * neither in an argument nor in a file that stays.
 * @throws RangeError for a name that is no variable's or file's.
 */
export function stackInput({ variables, files }: StackInput): string {
  const lines = Object.entries(variables).map(([name, value]) => {
    if (!/^[A-Z][A-Z0-9_]*$/.test(name)) throw new RangeError(`${name} is no name of a variable`)
    return `export ${name}=${quote(value)}`
  })
  for (const [name, content] of Object.entries(files)) {
    if (!/^[a-z0-9][a-z0-9.-]*$/.test(name)) throw new RangeError(`${name} is no name of a file`)
    lines.push(`printf %s ${quote(content)} > "$SECRETS"/${name}`)
  }
  return `${lines.join('\n')}\n`
}

/** Where files that services read stand while a stack is deployed: in memory, for this user alone. */
const inMemory = `set -eu
umask 077
SECRETS=$(mktemp -d "/dev/shm/wikiflow-$1.XXXXXX")
export SECRETS
trap 'rm -rf "$SECRETS"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
eval "$(cat)"`

/**
 * Deploys a stack: arguments are its name, `prune` or `keep`, then the names of its Compose files in the input. What a
 * killed run left in memory goes first: whoever runs this holds the host's lock.
 */
export const stackDeploy = `rm -rf "/dev/shm/wikiflow-$1."*
${inMemory}
stack=$1
case $2 in prune) prune=--prune ;; *) prune= ;; esac
shift 2
for file; do set -- "$@" --compose-file "$SECRETS/$file"; shift; done
docker stack deploy --resolve-image never $prune "$@" "$stack" < /dev/null`

/**
 * What a stack has on its first host, in the home of the user that works there, for that user alone:
 *
 *     wikiflow/STACK/objects/SHA256     contents of files, each once
 *     wikiflow/STACK/incoming/SHA256    contents on their way
 *     wikiflow/STACK/releases/ID/       files of a release, hard links to objects
 *     wikiflow/STACK/lock               who works on the stack
 *     wikiflow/STACK/audit.log          what was done, a JSON line each
 */
export const rootFolder = 'wikiflow'

/** Folder of a stack as people write it: `~/wikiflow/STACK`. */
export function shownFolder(stack: string): string {
  return `~/${rootFolder}/${stack}`
}

/** Begins a script whose first argument is the stack: it goes on in the stack's folder, which it makes. */
export const enterFolder = `set -eu
umask 077
mkdir -p "$HOME/${rootFolder}/$1"
cd "$HOME/${rootFolder}/$1"`

/** The same, without making it: where there is no such folder the script ends well. */
export const enterIfThere = `set -eu
cd "$HOME/${rootFolder}/$1" 2>/dev/null || exit 0`

/** @throws TypeError for what is no name of a folder: names of stacks and releases have been looked at before. */
export function assertName(name: string): string {
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name))
    throw new TypeError(`${JSON.stringify(name)} is no folder's name`)
  return name
}

import { UserError } from '../script.ts'

/**
 * One word as every POSIX shell reads it: in single quotes, where nothing has a meaning but the quote itself. Always
 * quoted, so that `if`, `a=b` and an alias's name are words too. (zx's `quote` writes `$'…'`, which dash doesn't read.)
 * @throws UserError for what no argument of a command can hold: NUL, and half a surrogate pair, which isn't text.
 */
export function quote(word: string): string {
  if (word.includes('\0')) {
    throw new UserError(`${JSON.stringify(word)} holds a NUL character: no argument of a command can`)
  }
  if (!word.isWellFormed()) {
    throw new UserError(`${JSON.stringify(word)} holds half a character (a lone surrogate): it isn't text`)
  }
  return `'${word.replaceAll("'", `'\\''`)}'`
}

/** A command and its arguments as one line for a POSIX shell. @throws UserError as `quote` does. */
export function commandLine(words: readonly string[]): string {
  return words.map(quote).join(' ')
}

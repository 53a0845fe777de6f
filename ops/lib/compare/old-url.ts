import { UserError } from '../script.ts'
import { showValue } from '../stack/show-value.ts'

/** Where the old counts are: a database by its URL, or a file. */
export type OldPlace = { url: URL } | { file: string }

/**
 * Reads where the old counts are.
 * @param given the flag `--old`: a postgres URL without a password, or a CSV file.
 * @param fromEnv `OLD_DATABASE_URL`, whose URL may hold a password.
 * @throws UserError when neither or both are given, for a password in the flag, and for another kind of URL.
 */
export function readPlace(given: string | undefined, fromEnv: string | undefined): OldPlace {
  if (given !== undefined && fromEnv) {
    throw new UserError('both --old and OLD_DATABASE_URL say where the old counts are: give one of them')
  }
  if (given === undefined) {
    if (fromEnv) return { url: databaseUrl(fromEnv, 'OLD_DATABASE_URL') }
    throw new UserError(
      'where are the old counts? Give --old postgres://USER@HOST:PORT/DATABASE, --old FILE.csv, or the variable OLD_DATABASE_URL',
    )
  }
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(given)) return { file: given }
  const url = databaseUrl(given, '--old')
  if (url.password === '' && !url.searchParams.has('password')) return { url }
  throw new UserError(
    '--old holds a password, which every user of this machine can read in the list of processes: take it out, and give it as PGPASSWORD, in PGPASSFILE or when asked; or give the whole URL as the variable OLD_DATABASE_URL. It may stand in the history of your shell now',
  )
}

/** @throws UserError that doesn't show the URL: it may hold a password. */
function databaseUrl(text: string, where: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^postgres(ql)?:$/.test(url.protocol) && url.hostname !== '') return url
  const scheme = /^[a-z0-9+.-]{1,20}(?=:)/i.exec(text)?.[0] ?? ''
  throw new UserError(
    `${where} is no URL of a PostgreSQL server${scheme && ` (it begins with ${showValue(scheme)})`}; allowed: postgres://USER@HOST:PORT/DATABASE`,
  )
}

/** The URL without its password, for people. */
export function withoutPassword(url: URL): string {
  const shown = new URL(url)
  shown.password = ''
  shown.searchParams.delete('password')
  return shown.href
}

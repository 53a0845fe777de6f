import Table from 'cli-table3'

/** How a column stands: its width in characters, and on which side. */
export type Setting = { width: number; align: 'left' | 'right' }

const noLines = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
}

/** Characters between two columns. */
export const gap = noLines.middle.length

/** Rows in columns without lines; what is too long for its column is broken between words. */
export function inColumns(rows: readonly (readonly string[])[], settings: readonly Setting[]): string[] {
  const table = new Table({
    chars: noLines,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    colWidths: settings.map(({ width }) => width),
    colAligns: settings.map(({ align }) => align),
    wordWrap: true,
  })
  table.push(...rows.map(row => [...row]))
  return table
    .toString()
    .split('\n')
    .map(line => line.trimEnd())
}

/** Text broken between words into lines of so many characters; a longer word keeps its line. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}

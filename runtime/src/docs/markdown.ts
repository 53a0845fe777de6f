/** A generated page: its title, a note that it is generated, its lines. */
export function page(title: string, lines: readonly string[]): string {
  return [
    `# ${title}`,
    '',
    '<!-- Made by `npm run docs`; edit its source instead. -->',
    '',
    ...lines,
    '',
  ].join('\n')
}

/** A table's lines; a bar in a cell stands for itself. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}

/** A fenced block of code. */
export function fence(language: string, code: string): string[] {
  return [`\`\`\`${language}`, code, '```']
}

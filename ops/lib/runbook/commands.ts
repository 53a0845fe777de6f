import { UserError } from '../script.ts'
import { heading } from './steps.ts'

/** `look` changes nothing, `act` changes something, `prove` tells with its exit code whether the section is done. */
const kinds = ['look', 'act', 'prove'] as const
type Kind = (typeof kinds)[number]

/** A line to be typed, and the section of the runbook that it stands in. */
export type Command = { step: string; kind: Kind; line: string }

const opening = /^```(\S*)\s*(.*?)\s*$/

/**
 * The commands of a runbook in their order: the lines of its fenced blocks, which are marked `sh look`, `sh act` or
 * `sh prove`.
 * @throws UserError for a block that is marked otherwise, that stands in no section, or doesn't end.
 */
export function commandsIn(text: string): Command[] {
  const commands: Command[] = []
  let step: string | undefined
  let kind: Kind | undefined
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (kind !== undefined) {
      if (line === '```') kind = undefined
      else if (line.trim() !== '') commands.push({ step: step ?? '', kind, line })
      continue
    }
    step = heading.exec(line)?.[1] ?? step
    const [fence, language, mark] = opening.exec(line) ?? []
    if (fence === undefined) continue
    kind = language === 'sh' ? kinds.find(one => one === mark) : undefined
    if (kind === undefined || step === undefined) {
      throw new UserError(
        `line ${index + 1} of the runbook is ${JSON.stringify(line)}; allowed, below a section's heading: ${kinds.map(one => `\`\`\`sh ${one}`).join(', ')}`,
      )
    }
  }
  if (kind !== undefined) throw new UserError(`the last block of commands of the runbook doesn't end`)
  return commands
}

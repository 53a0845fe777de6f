import { type Context } from './context.ts'
import { type Part } from './part.ts'
import { appliedMark, exchangeMark, tagKeys, wasApplied } from './tags.ts'

/**
 * The parts that run and are there, with nothing asked of them but to run or to stand still: pausing a stack
 * changes nothing else, whatever the description says by now.
 */
export async function powerParts(parts: readonly Part[], power: Context['power']): Promise<Part[]> {
  const running = parts.filter(part => part.wanted && 'state' in part.want)
  const found = await Promise.all(running.map(part => part.find()))
  return running.filter((_, index) => found[index]?.ours).map(part => powerPart(part, power))
}

function powerPart(part: Part, power: Context['power']): Part {
  const want = { state: power }
  return {
    ...part,
    needs: [],
    want,
    find: async () => {
      const found = await part.find()
      const { applied } = found ?? {}
      return (
        found && { ...found, applied: wasApplied(applied, 'state', power) ? appliedMark(want) : undefined }
      )
    },
    tag: async (found, tags) => {
      // The rest of the mark stays: what was asked of the other properties is not known here.
      const mark = exchangeMark((await part.find())?.applied ?? '', 'state', ['running', 'stopped'], power)
      const kept = tags.filter(({ Key }) => Key !== tagKeys.applied)
      await part.tag(found, [...kept, { Key: tagKeys.applied, Value: mark }])
    },
  }
}

import { type Part } from './part.ts'
import { appliedMark } from './tags.ts'

/** A part that is there already, for tests of those that need it. */
export function standIn(id: string, awsId: string): Part {
  const never = async () => {
    throw new Error(`${id} stands in for a part, and is as it should be`)
  }
  return {
    id,
    title: id,
    name: id,
    needs: [],
    wanted: true,
    want: {},
    fixed: {},
    usage: [],
    find: async () => ({ id: awsId, ours: true, applied: appliedMark({}), facts: {} }),
    create: never,
    change: never,
    tag: never,
    remove: never,
  }
}

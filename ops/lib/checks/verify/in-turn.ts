const turns = new WeakMap<object, Promise<unknown>>()

/**
 * Does one thing after another, of all that is asked for beside the same owner: the lake's container has memory for one
 * program beside its service.
 */
export function inTurn<T>(owner: object, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(owner) ?? Promise.resolve()).then(work)
  turns.set(
    owner,
    turn.catch(() => {}),
  )
  return turn
}

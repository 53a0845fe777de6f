/** Something between us and the store is wrong; the sentence says what, and what to do. Waiting may mend it. */
export class StoreError extends Error {
  override name = 'StoreError'
}

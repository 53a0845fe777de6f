/** Names of AWS's errors that say "there is one of this name". A limit that is reached has other names. */
const names =
  /^(EntityAlreadyExists(Exception)?|DuplicateRecordException|Invalid(Group|KeyPair|Permission)\.Duplicate)$/

/**
 * A call that makes something; fine, too, where AWS says that it exists: somebody was faster, or AWS's answer was
 * lost and the call repeated. Whose it is and how it is, the next look says.
 * @param also further names of errors that say so for this call.
 */
export async function orExisting(call: Promise<unknown>, ...also: readonly string[]): Promise<void> {
  try {
    await call
  } catch (error) {
    if (!(error instanceof Error) || !(names.test(error.name) || also.includes(error.name))) throw error
  }
}

/** Names of AWS's errors that say "there is no such thing". */
const names =
  /^(NoSuch\w*|NotFound|\w*NotFound(Fault|Exception)?|InvalidGroup\.NotFound|Invalid\w+\.NotFound|ServerSideEncryptionConfigurationNotFoundError)$/

/** Undefined where AWS says that there is no such thing; other errors are thrown on. */
export async function missing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if (error instanceof Error && (names.test(error.name) || isBare404(error))) return undefined
    throw error
  }
}

/** S3 answers HEAD without a body, so its error has no name. */
function isBare404(error: Error): boolean {
  const { httpStatusCode } = ('$metadata' in error && (error.$metadata as { httpStatusCode?: number })) || {}
  return httpStatusCode === 404 && /^Unknown/.test(error.name)
}

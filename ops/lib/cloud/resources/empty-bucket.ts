import { DeleteObjectsCommand, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3'

/** Removes every object of a bucket, in all its versions. @throws Error naming an object that stays. */
export async function emptyBucket(
  s3: S3Client,
  bucket: string,
  say: (progress: string) => void,
): Promise<void> {
  let removed = 0
  for (;;) {
    // What was listed is removed, so the first page is always the next one.
    const page = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket }))
    const versions = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]
    const objects = versions.map(({ Key, VersionId }) => ({ Key: Key ?? '', VersionId }))
    if (objects.length === 0) return
    const { Errors } = await s3.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: objects, Quiet: true } }),
    )
    const [failed] = Errors ?? []
    if (failed)
      throw new Error(`${failed.Key} in ${bucket} can't be removed: ${failed.Code} ${failed.Message}`)
    removed += objects.length
    say(`${removed.toLocaleString('en')} objects removed`)
  }
}

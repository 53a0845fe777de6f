import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { HttpResponse } from '@smithy/protocol-http'
import { type LockStore } from '../lock/lock.ts'
import { parseNote } from '../lock/lock-note.ts'
import { UserError } from '../script.ts'
import { missing } from './missing.ts'

const Key = 'lock.json'

/** The lock's object in a bucket, changed by conditional requests alone. */
export function lockObject(s3: S3Client, Bucket: string): LockStore {
  let aheadMs = 0
  return {
    name: `s3://${Bucket}`,
    read: async () => {
      const command = new GetObjectCommand({ Bucket, Key })
      command.middlewareStack.add(
        next => async args => {
          const result = await next(args)
          const date =
            HttpResponse.isInstance(result.response) && Date.parse(result.response.headers.date ?? '')
          if (date) aheadMs = date - Date.now()
          return result
        },
        { step: 'deserialize', name: 'readClock' },
      )
      const object = await missing<GetObjectCommandOutput>(s3.send(command))
      if (!object) return undefined
      const note = parseNote((await object.Body?.transformToString()) ?? '')
      if (!note || !object.ETag) {
        throw new UserError(
          `s3://${Bucket}/${Key} isn't a lock that this program wrote: when nobody works on the stack, remove it with \`aws s3 rm s3://${Bucket}/${Key}\``,
        )
      }
      return { note, etag: object.ETag }
    },
    put: async (note, over) => {
      const condition = over === undefined ? { IfNoneMatch: '*' } : { IfMatch: over }
      const Body = JSON.stringify(note)
      const request = { Bucket, Key, Body, ContentType: 'application/json', ...condition }
      try {
        return (await s3.send(new PutObjectCommand(request))).ETag
      } catch (error) {
        if (isOvertaken(error)) return undefined
        throw error
      }
    },
    remove: async etag => {
      await s3.send(new DeleteObjectCommand({ Bucket, Key, IfMatch: etag }))
    },
    now: () => Date.now() + aheadMs,
  }
}

/** Another note stands there, none does any more, or another request for the same object was faster (409). */
function isOvertaken(error: unknown): boolean {
  return (
    error instanceof Error && /^(PreconditionFailed|ConditionalRequestConflict|NoSuchKey)$/.test(error.name)
  )
}

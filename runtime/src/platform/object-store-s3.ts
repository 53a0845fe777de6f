import { createHash } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { type ObjectStore } from './object-store.ts'
import { StoreError } from './object-store-error.ts'

/** How often a put is sent again after "409: another is being put under this name". */
const conflictRetries = 5

/**
 * A prefix of an S3 bucket, or of anything that speaks its protocol (`AWS_ENDPOINT_URL`). No overwriting:
 * `If-None-Match: *`. The service checks the SHA-256 of what it got and keeps it; `metadata` stands on the object.
 */
export function openS3Store(url: URL, answerMs: number): ObjectStore {
  const bucket = url.hostname
  const prefix = url.pathname.replace(/^\/+|\/+$/g, '')
  const nameOf = (key: string) => (prefix ? `${prefix}/${key}` : key)
  const here = `s3://${bucket}${prefix && `/${prefix}`}`
  const client = new S3Client({
    // Other servers than AWS's have no name for each bucket.
    forcePathStyle: Boolean(process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL),
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 5_000 },
  })
  const limits = () => ({ abortSignal: AbortSignal.timeout(answerMs) })

  return {
    url: here,
    putNew: async (key, body, metadata) => {
      const digest = createHash('sha256').update(body).digest()
      const put = () =>
        client.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: nameOf(key),
            Body: body,
            ContentLength: body.length,
            ContentType: 'application/vnd.apache.parquet',
            IfNoneMatch: '*',
            ChecksumSHA256: digest.toString('base64'),
            Metadata: { ...metadata, sha256: digest.toString('hex') },
          }),
          limits(),
        )
      for (let attempt = 0; ; attempt++) {
        try {
          await put()
          return 'created'
        } catch (error) {
          const status = statusOf(error)
          if (status === 412) return 'exists'
          if (status !== 409 || attempt === conflictRetries) throw explained('s3:PutObject', key, error)
          await setTimeout(50 * 2 ** attempt * (0.5 + Math.random()))
        }
      }
    },
    head: async key => {
      try {
        const command = new HeadObjectCommand({ Bucket: bucket, Key: nameOf(key), ChecksumMode: 'ENABLED' })
        const found = await client.send(command, limits())
        const sha256 = found.ChecksumSHA256
          ? Buffer.from(found.ChecksumSHA256, 'base64').toString('hex')
          : found.Metadata?.sha256
        return {
          bytes: found.ContentLength ?? 0,
          metadata: found.Metadata ?? {},
          ...(sha256 === undefined ? {} : { sha256 }),
        }
      } catch (error) {
        if (statusOf(error) === 404) return undefined
        throw explained('s3:GetObject', key, error)
      }
    },
    async *list(start) {
      let token: string | undefined
      do {
        const page = await client
          .send(
            new ListObjectsV2Command({
              Bucket: bucket,
              Prefix: nameOf(start),
              ...(token === undefined ? {} : { ContinuationToken: token }),
            }),
            limits(),
          )
          .catch(error => {
            throw explained('s3:ListBucket', start, error)
          })
        for (const object of page.Contents ?? []) {
          const key = object.Key?.slice(prefix ? prefix.length + 1 : 0)
          if (key) yield { key, bytes: object.Size ?? 0 }
        }
        token = page.NextContinuationToken
      } while (token !== undefined)
    },
    read: async key => {
      try {
        const command = new GetObjectCommand({ Bucket: bucket, Key: nameOf(key) })
        const found = await client.send(command, limits())
        if (!found.Body) throw new StoreError(`${here}/${key}: the answer has no body`)
        return Buffer.from(await found.Body.transformToByteArray())
      } catch (error) {
        throw explained('s3:GetObject', key, error)
      }
    },
    close: () => client.destroy(),
  }

  function explained(action: string, key: string, error: unknown): StoreError {
    if (error instanceof StoreError) return error
    return new StoreError(`${action} of ${here}/${key}: ${causeOf(action, error)}`, { cause: error })
  }

  function causeOf(action: string, error: unknown): string {
    if (!(error instanceof Error)) return String(error)
    const status = statusOf(error)
    if (error.name === 'NoSuchBucket') return `there is no bucket ${bucket}; make it, or set LAKE_URL`
    if (error.name === 'NoSuchKey') return 'there is no such object'
    if (status === 301) return `bucket ${bucket} is in another region; set AWS_REGION to it`
    if (error.name === 'CredentialsProviderError') {
      return 'no AWS credentials were found; give the instance its role, or set AWS_PROFILE'
    }
    if (/^(InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidToken)/.test(error.name)) {
      return `the AWS credentials are not valid (${error.name}); renew them`
    }
    if (status === 403) return `not allowed; the role needs ${action} on ${here}`
    if (error.name === 'TimeoutError' || error.name === 'AbortError') {
      return `no answer within ${answerMs} ms; it is tried again`
    }
    if (status === 404) return 'not found'
    if (status !== undefined && status >= 500)
      return `the service answered ${status} ${error.name}; it is tried again`
    const code = 'code' in error ? ` (${String(error.code)})` : ''
    return `${error.message || error.name}${code}`
  }
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined
}

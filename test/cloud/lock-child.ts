/** Takes the lock of a bucket and keeps it until it is killed: for tests. */
import { S3Client } from '@aws-sdk/client-s3'
import { takeLock } from '../../ops/lib/cloud/lock.ts'

const [endpoint = '', bucket = ''] = process.argv.slice(2)
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
const s3 = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials })
await takeLock(s3, bucket, 'deploy')
console.log('held')
setInterval(() => {}, 60_000)

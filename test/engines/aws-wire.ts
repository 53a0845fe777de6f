import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { type AddressInfo } from 'node:net'

/** A call to AWS as it is seen on the wire. */
export type AwsCall = {
  /** As policies name it: `ec2:RunInstances`, `s3:PutLifecycleConfiguration`. */
  action: string
  /** Path of the URL: for S3, bucket and key. */
  path: string
  /** False for calls that only read. */
  changes: boolean
}

/** The wire between a program and AWS: what went over it, and a place to interfere. */
export type AwsWire = {
  url: string
  calls: AwsCall[]
  /** Called when a call has taken effect, before its answer is sent. */
  onAnswer: (call: AwsCall) => void | Promise<void>
  /** What is answered in place of a text, such as an address that leads somewhere here. */
  reword: (call: AwsCall, text: string) => string
  stop(): Promise<void>
}

/** Starts a proxy on a free port of loopback, in front of a server that speaks AWS's protocols. */
export async function startAwsWire(target: string): Promise<AwsWire> {
  const server = createServer(async (incoming, outgoing) => {
    const body = await readAll(incoming)
    const call = callOf(incoming, body.toString('latin1'))
    wire.calls.push(call)
    const onward = request(`${target}${incoming.url}`, { method: incoming.method, headers: incoming.headers })
    onward.on('error', () => outgoing.destroy())
    onward.on('response', answer => pass(call, answer, outgoing))
    onward.end(body)
  })
  const pass = async (call: AwsCall, answer: IncomingMessage, outgoing: ServerResponse) => {
    const body = await readAll(answer)
    await wire.onAnswer(call)
    const text = body.toString('latin1')
    const reworded = wire.reword(call, text)
    const { 'content-length': _, ...headers } = answer.headers
    // What isn't reworded goes on byte for byte, with the length that HEAD answers for a body it has not.
    if (reworded === text) outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(body)
    else outgoing.writeHead(answer.statusCode ?? 502, headers).end(Buffer.from(reworded, 'latin1'))
  }
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const wire: AwsWire = {
    url: `http://127.0.0.1:${port}`,
    calls: [],
    onAnswer: () => {},
    reword: (_, text) => text,
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return wire
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const reads = /^(Describe|Get|List|Head|View)/

/** Names a call: by its target (JSON), its form field `Action` (Query), or method and path (REST). */
export function callOf(
  { method = 'GET', url = '/', headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  body: string,
): AwsCall {
  const { pathname: path, searchParams } = new URL(url, 'http://aws')
  const [, service = 'unknown'] =
    /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? '') ?? []
  const target = String(headers['x-amz-target'] ?? '').split('.')[1]
  const name =
    target ??
    new URLSearchParams(body).get('Action') ??
    (service === 's3' ? s3Action(method, path, searchParams) : `${method} ${path}`)
  return { action: `${service}:${name}`, path, changes: !reads.test(name) }
}

/** What a sub-resource of a bucket is called in IAM's actions. */
const subresources: Record<string, string> = {
  tagging: 'BucketTagging',
  publicAccessBlock: 'BucketPublicAccessBlock',
  encryption: 'EncryptionConfiguration',
  policy: 'BucketPolicy',
  lifecycle: 'LifecycleConfiguration',
  versioning: 'BucketVersioning',
}

function s3Action(method: string, path: string, query: URLSearchParams): string {
  const verb = { GET: 'Get', HEAD: 'Get', PUT: 'Put', DELETE: 'Delete', POST: 'Post' }[method] ?? method
  const [name] = Object.keys(subresources).filter(key => query.has(key))
  if (name) return `${verb}${subresources[name]}`
  if (query.has('versions')) return 'ListBucketVersions'
  if (query.has('delete')) return 'DeleteObjectVersion'
  const isBucket = path.split('/').filter(Boolean).length === 1
  if (!isBucket) return `${verb}Object`
  return (
    { GET: 'ListBucket', HEAD: 'ListBucket', PUT: 'CreateBucket', DELETE: 'DeleteBucket' }[method] ?? verb
  )
}

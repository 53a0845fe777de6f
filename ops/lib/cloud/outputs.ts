import { type Found } from './part.ts'

/** What the next phase, and a person, needs of a stack. */
export type Outputs = {
  /** Public address of the first host. */
  address?: string
  /** The database's host name, with its port. */
  endpoint?: string
  bucket?: string
  /** EC2 ids and private addresses of the hosts. */
  hosts: { id: string; name: string; privateAddress?: string; publicAddress?: string }[]
}

/** Reads the outputs off what is there. */
export function outputsOf(things: ReadonlyMap<string, Found>): Outputs {
  const address = things.get('address')?.outputs?.address
  const database = things.get('database')?.outputs
  const bucket = things.get('bucket')?.id
  return {
    ...(address ? { address } : {}),
    ...(database?.endpoint ? { endpoint: `${database.endpoint}:${database.port ?? 5432}` } : {}),
    ...(bucket ? { bucket } : {}),
    hosts: [...things]
      .filter(([part]) => part.startsWith('host-') && part !== 'host-group')
      .map(([part, { id, outputs }]) => ({
        id,
        name: part,
        ...(outputs?.privateAddress ? { privateAddress: outputs.privateAddress } : {}),
        ...(outputs?.publicAddress ? { publicAddress: outputs.publicAddress } : {}),
      })),
  }
}

/** The outputs as lines. */
export function renderOutputs({ address, endpoint, bucket, hosts }: Outputs): string {
  const lines = [
    ['address', address],
    ['database', endpoint],
    ['lake', bucket && `s3://${bucket}/`],
    ['hosts', hosts.map(({ name, id }) => `${name} ${id}`).join(', ')],
  ]
  return lines
    .filter(([, value]) => value)
    .map(([name, value]) => `  ${name?.padEnd(10)}${value}`)
    .join('\n')
}

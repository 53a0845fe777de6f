import { MalformedError, type Reader } from './reader.ts'
import { type Writer } from './writer.ts'

/** How one value stands on the wire, at each version of the request it belongs to. */
export type Codec<T> = {
  read(from: Reader, version: number): T
  write(to: Writer, value: T, version: number): void
}

/** The type of the values a codec reads and writes. */
export type ValueOf<C> = C extends Codec<infer T> ? T : never

export const int8: Codec<number> = { read: from => from.int8(), write: (to, value) => to.int8(value) }
export const int16: Codec<number> = { read: from => from.int16(), write: (to, value) => to.int16(value) }
export const int32: Codec<number> = { read: from => from.int32(), write: (to, value) => to.int32(value) }
export const int64: Codec<number> = { read: from => from.int64(), write: (to, value) => to.int64(value) }

export const bool: Codec<boolean> = {
  read: from => from.int8() !== 0,
  write: (to, value) => to.int8(value ? 1 : 0),
}

export const nullableString: Codec<string | null> = {
  read: from => {
    const length = from.int16()
    return length === -1 ? null : from.slice(length).toString('utf8')
  },
  write: (to, value) => {
    if (value === null) return to.int16(-1)
    const bytes = Buffer.from(value, 'utf8')
    to.int16(bytes.length)
    to.bytes(bytes)
  },
}

export const nullableBytes: Codec<Buffer | null> = {
  read: from => {
    const length = from.int32()
    return length === -1 ? null : from.slice(length)
  },
  write: (to, value) => {
    to.int32(value?.length ?? -1)
    if (value) to.bytes(value)
  },
}

export const string: Codec<string> = required(nullableString, 'string')
export const bytes: Codec<Buffer> = required(nullableBytes, 'byte string')

function required<T>(codec: Codec<T | null>, what: string): Codec<T> {
  return {
    read: (from, version) => {
      const value = codec.read(from, version)
      if (value === null) throw new MalformedError(`null where a ${what} must stand`)
      return value
    },
    write: codec.write,
  }
}

/** An array that may be null. A length that the rest of the message can't hold is refused before it is allocated. */
export function nullableArray<T>(item: Codec<T>): Codec<T[] | null> {
  return {
    read: (from, version) => {
      const length = from.int32()
      if (length === -1) return null
      if (length < 0 || length > from.remaining) {
        throw new MalformedError(`array of ${length} items in ${from.remaining} bytes`)
      }
      return Array.from({ length }, () => item.read(from, version))
    },
    write: (to, value, version) => {
      to.int32(value?.length ?? -1)
      for (const one of value ?? []) item.write(to, one, version)
    },
  }
}

export function array<T>(item: Codec<T>): Codec<T[]> {
  return required(nullableArray(item), 'array')
}

/** A field that stands on the wire in versions `from` to `to` alone; elsewhere it reads as `absent`. */
export function versions<T>(from: number, to: number, codec: Codec<T>, absent: T): Codec<T> {
  const stands = (version: number) => version >= from && version <= to
  return {
    read: (reader, version) => (stands(version) ? codec.read(reader, version) : absent),
    write: (writer, value, version) => {
      if (stands(version)) codec.write(writer, value, version)
    },
  }
}

/** A field that came with version `from`. */
export function since<T>(from: number, codec: Codec<T>, absent: T): Codec<T> {
  return versions(from, Number.POSITIVE_INFINITY, codec, absent)
}

/** Fields one after another, in the order they are declared. */
export function struct<T extends object>(fields: { [K in keyof T]: Codec<T[K]> }): Codec<T> {
  const entries = Object.entries(fields) as [keyof T, Codec<T[keyof T]>][]
  return {
    read: (from, version) => {
      const value: Partial<T> = {}
      for (const [name, codec] of entries) value[name] = codec.read(from, version)
      return value as T
    },
    write: (to, value, version) => {
      for (const [name, codec] of entries) codec.write(to, value[name], version)
    },
  }
}

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MalformedError, Reader } from '../wire/reader.ts'
import { Writer } from '../wire/writer.ts'
import { type Api } from './api.ts'
import * as cluster from './cluster.ts'
import * as fetch from './fetch.ts'
import * as groups from './groups.ts'
import * as offsets from './offsets.ts'
import * as produce from './produce.ts'
import * as topics from './topics.ts'

const apis = Object.values({ ...cluster, ...fetch, ...groups, ...offsets, ...produce, ...topics }) as Api<
  unknown,
  unknown
>[]

/** Instead of reading bytes it makes values up: lengths stay small, strings are text. */
class InventingReader extends Reader {
  readonly #next: () => number

  constructor(next: () => number) {
    super(Buffer.alloc(0))
    this.#next = next
  }

  override get remaining(): number {
    return 1_000
  }

  override int8(): number {
    return this.#next() % 2
  }

  override int16(): number {
    return (this.#next() % 6) - 1
  }

  override int32(): number {
    return (this.#next() % 4) - 1
  }

  override int64(): number {
    return this.#next() * 2 ** 20 - 5
  }

  override slice(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.#next() % 128))
  }
}

/** Numbers from a seed (xorshift32). */
function numbers(seed: number): () => number {
  let state = seed || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}

const bodies = apis.flatMap(api =>
  Array.from({ length: api.max - api.min + 1 }, (_, n) => ({ name: api.name, api, version: api.min + n })),
)

describe.each(bodies)('$name $version', ({ api, version }) => {
  it.each(['request', 'response'] as const)('reads back every %s it wrote', which => {
    const codec = api[which]
    fc.assert(
      fc.property(fc.integer(), seed => {
        const value = invented(() => codec.read(new InventingReader(numbers(seed)), version))
        if (value === undefined) return
        const to = new Writer()
        codec.write(to, value, version)
        const from = new Reader(Buffer.concat(to.chunks()))
        expect(codec.read(from, version)).toEqual(value)
        expect(from.remaining).toBe(0)
      }),
      { numRuns: 50 },
    )
  })

  it('finds nothing worse than malformed in random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        try {
          api.request.read(new Reader(Buffer.from(bytes)), version)
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedError)
        }
      }),
      { numRuns: 50 },
    )
  })
})

/** A made-up null where none may stand is no value. */
function invented<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof MalformedError) return undefined
    throw error
  }
}

it('gives every API a key and a name of its own', () => {
  expect(new Set(apis.map(api => api.key)).size).toBe(apis.length)
  expect(new Set(apis.map(api => api.name)).size).toBe(apis.length)
})

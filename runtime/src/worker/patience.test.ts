import { DatabaseError } from 'pg'
import { expect, test } from 'vitest'
import { OffsetError } from './claim.ts'
import { patiently } from './patience.ts'

function databaseError(code: string): DatabaseError {
  return Object.assign(new DatabaseError(`error ${code}`, 1, 'error'), { code })
}

const waitingFor = () => {
  const waits: string[] = []
  return { waits, signal: new AbortController().signal, onWait: (error: Error) => waits.push(error.message) }
}

test.each([
  ['no connection', Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })],
  ['a connection that broke', new Error('Connection terminated unexpectedly')],
  ['too many connections', databaseError('53300')],
  ['a disk that is full', databaseError('53100')],
  ['a deadlock', databaseError('40P01')],
  ['a lock held too long', databaseError('55P03')],
  ['a statement that took too long', databaseError('57014')],
  ['a server that shuts down', databaseError('57P01')],
])('%s is waited for', async (_, error) => {
  const patience = waitingFor()
  const answer = await patiently(patience, async nth => {
    if (nth === 1) throw error
    return nth
  })
  expect(answer).toBe(2)
  expect(patience.waits).toEqual([error.message])
})

test.each([
  ['a record that is refused', databaseError('23514')],
  ['a missing table', databaseError('42P01')],
  ['a wrong password', databaseError('28P01')],
  ['an offset outside the log', new OffsetError('partition 1: …')],
  ['a mistake of the program', new RangeError('Invalid time value')],
])('%s is not', async (_, error) => {
  const patience = waitingFor()
  await expect(patiently(patience, () => Promise.reject(error))).rejects.toBe(error)
  expect(patience.waits).toEqual([])
})

test('what was done when the signal came is done', async () => {
  const stop = new AbortController()
  const done = patiently({ signal: stop.signal, onWait: () => {} }, async () => {
    stop.abort(new Error('stopping'))
    return 'stored'
  })
  expect(await done).toBe('stored')
})

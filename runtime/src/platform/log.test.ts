import { expect, test } from 'vitest'
import { serializeError } from './log.ts'

test('a database error is logged with its code and cause, without the client that pg hangs on it', () => {
  const error = Object.assign(new Error('terminated', { cause: new Error('reset by peer') }), {
    code: '57P01',
    client: { password: 'swordfish', secretKey: 12345 },
  })
  const logged = serializeError(error)
  expect(logged).toMatchObject({
    type: 'Error',
    message: 'terminated',
    code: '57P01',
    cause: { message: 'reset by peer' },
  })
  expect(JSON.stringify(logged)).not.toMatch(/swordfish|12345/)
})

import { expect, test } from 'vitest'
import { UserError } from '../script.ts'
import { readLogSince } from './since.ts'

test.each(['10m', '90s', '1h30m', '2026-11-20T08:00:00Z', '2026-11-20T08:00:00+01:00'])(
  '%s is a time',
  text => {
    expect(readLogSince(text)).toBe(text)
  },
)

test.each(['', '10', 'yesterday', '2d', '-5m', '--since', '10m; reboot', '2026-11-20'])(
  '%j is refused with what is allowed',
  text => {
    expect(() => readLogSince(text)).toThrow(UserError)
    expect(() => readLogSince(text)).toThrow('10m')
  },
)

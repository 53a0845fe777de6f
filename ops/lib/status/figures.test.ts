import { expect, test } from 'vitest'
import { parseFigures } from './figures.ts'

test('figures are read from what Linux prints, with a file system whose name has a space', () => {
  const text = `MemTotal:        3926188 kB
MemAvailable:    1963094 kB
//srv/a share     31457280  12582912  18874368      40% /var/lib/docker
0.52 0.48 0.40 2/411 12345
2
`
  expect(parseFigures(text)).toEqual({
    memory: { total: 3_926_188 * 1024, available: 1_963_094 * 1024 },
    disk: { total: 31_457_280 * 1024, free: 18_874_368 * 1024 },
    load: 0.52,
    cpus: 2,
  })
})

test('what a file system keeps for root is no room that is used, as df counts its per cent', () => {
  const { disk } = parseFigures('/dev/vda 264083600 17825792 78643200 19% /\n')
  expect(Math.round(100 * (1 - disk.free / disk.total))).toBe(18)
})

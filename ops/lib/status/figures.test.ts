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

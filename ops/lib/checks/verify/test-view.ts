import { type AskedService, type View } from './view.ts'

/** Commands as a test reads them. */
export const commands = {
  audit: 'AUDIT',
  status: 'STATUS',
  start: 'START',
  moreWorkers: 'MORE',
  logs: (service: string) => `LOGS ${service}`,
}

/** What the page says of a service that is well, but for the changes. */
export function asked(name: string, changes: Partial<AskedService> = {}): AskedService {
  const unknown = { partitions: null, lag: null, heldRows: null, perSecond: null }
  return { name, state: 'ready', reason: null, ...unknown, ...changes }
}

/** Three workers that share the partitions. */
export const threeWorkers: readonly AskedService[] = [
  asked('worker 1', { partitions: [0, 3, 6, 9], lag: 4 }),
  asked('worker 2', { partitions: [1, 4, 7, 10], lag: 0 }),
  asked('worker 3', { partitions: [2, 5, 8, 11], lag: 3 }),
]

/** What the page says of a pipeline that is well, but for the changes. */
export function view(changes: Partial<View> = {}): View {
  return {
    at: '2026-11-23T08:00:00.000Z',
    state: 'current',
    source: { kind: 'live' },
    counted: { total: 1_200, perSecond: 40, newestEventAt: '2026-11-23T07:59:58.000Z' },
    partitions: Array.from({ length: 12 }, (_, partition) => ({ partition, next: 100 })),
    flow: { minutes: 30 },
    lake: {
      last: {
        key: 'raw/dt=2026-11-23/hour=07/wiki.recentchange-3-0-118.parquet',
        writtenAt: '2026-11-23T07:55:00.000Z',
        rows: 119,
      },
      unwritten: { ranges: 0, oldestSealedAt: null },
    },
    services: [asked('ingest', { perSecond: 40 }), ...threeWorkers, asked('lake', { heldRows: 300 })],
    ...changes,
  }
}

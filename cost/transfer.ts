import { type Usage } from './model.ts'

/** Bytes of the page's one object, as `/api/snapshot` gives it: measured with 37 and with 1,500 events/s. */
const snapshotBytes = 28_000
/** Seconds between two of them: `pollMs` of the dashboard. */
const snapshotS = 2
/** An account's free gigabytes out to the internet, a month (EC2 on-demand pricing, "Data transfer"). */
const freeGb = 100

/** GB a month that the dashboard sends to so many pages, each open in all the hours in which it runs. */
function dashboardGb(viewers: number, hours: number): number {
  return (viewers * snapshotBytes * ((hours * 3_600) / snapshotS)) / 2 ** 30
}

/** What leaves for the internet, past the free 100 GB; and what crosses zones. */
export function transferUsage(viewers: number, hours: number): Usage[] {
  const sent = dashboardGb(viewers, hours)
  const billed = Math.max(0, sent - freeGb)
  return [
    {
      item: 'transfer:out',
      name: 'transfer out',
      what: `${sent.toFixed(1)} GB, ${billed.toFixed(1)} of them billed`,
      quantity: billed,
      because: `${viewers} ${viewers === 1 ? 'page' : 'pages'} of the dashboard open round the clock; ${freeGb} GB a month are free`,
    },
    {
      item: 'transfer:zone',
      name: 'transfer between zones',
      what: '0 GB',
      quantity: 0,
      because: 'hosts and database stand in one zone',
    },
  ]
}

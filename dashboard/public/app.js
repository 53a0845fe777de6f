// @ts-check
import { setActivity } from './activity.js'
import { startChart } from './chart.js'
import { connect } from './connection.js'
import { setFeed, startFeed } from './feed.js'
import { setPipeline } from './pipeline.js'
import { setStatus } from './status.js'

/** @type {import('./status.js').Status} */
const status = { snapshot: undefined, receivedMs: 0, problem: undefined, lost: undefined }

startChart()
startFeed()
setStatus(status)
// The age of what is shown grows by itself when nothing new comes.
setInterval(() => setStatus(status), 1_000)

connect({
  snapshot(snapshot) {
    Object.assign(status, { snapshot, receivedMs: performance.now(), problem: undefined, lost: undefined })
    setStatus(status)
    setActivity(snapshot)
    setFeed(snapshot)
    setPipeline(snapshot)
  },
  problem(message) {
    Object.assign(status, { problem: message, lost: undefined })
    setStatus(status)
  },
  lost(message) {
    status.lost = message
    setStatus(status)
  },
})

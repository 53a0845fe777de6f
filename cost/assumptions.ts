/** What a month's bill depends on beside the stack itself. */
export type Assumptions = {
  /** Mean of the month. */
  eventsPerSecond: number
  /** Seconds between two files of a partition: `LAKE_ROTATE_S`. */
  rotateS: number
  /** How long the lake has been written, in days. */
  lakeAgeDays: number
  /** Pages of the dashboard that are open round the clock, on average. */
  viewers: number
  /** What PostgreSQL keeps: `RETENTION_FEED_HOURS`, `RETENTION_MINUTES_DAYS`, `RETENTION_HOURS_DAYS`. */
  retention: { feedHours: number; minutesDays: number; hoursDays: number }
  /** EC2's credit mode: `standard` is slowed when its credits are used up, `unlimited` pays instead. */
  cpuCredits: 'standard' | 'unlimited'
  /** Share of the host's vCPUs in use, 0 to 1; left out, what the events need. */
  hostCpu?: number
  /** Share of the database's vCPUs in use, 0 to 1; left out, what the events need. */
  databaseCpu?: number
  /** Days of the month, in one piece, on which the stack is paused. */
  pausedDays: number
  /** Hours of each night on which it is paused. */
  pausedHoursADay: number
}

/** The live stream on AWS with the settings' defaults. */
export const assumed: Assumptions = {
  /** Mean of 22,415 events in ten minutes of August 2026. */
  eventsPerSecond: 37.4,
  /** The most that the setting allows: each file costs a request. */
  rotateS: 600,
  /** After a month the lake holds as much as it does on average over the two months that $100 last. */
  lakeAgeDays: 30,
  viewers: 1,
  retention: { feedHours: 24, minutesDays: 14, hoursDays: 3 },
  cpuCredits: 'standard',
  pausedDays: 0,
  pausedHoursADay: 0,
}

/** What is assumed of a stack, with what its description says of the pipeline. */
export function assumedOf({ pipeline }: { pipeline?: { lakeRotateS: number } | undefined }): Assumptions {
  return pipeline ? { ...assumed, rotateS: pipeline.lakeRotateS } : assumed
}

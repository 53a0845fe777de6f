/** What retention looks at: a segment's size in bytes and the time of its newest record, -1 if it has none. */
export type SegmentAge = { bytes: number; newestMs: number }

/**
 * How many of the oldest segments retention takes: those whose newest record is too old, and those without which the
 * log still holds as many bytes as it is allowed to. Kafka's rule: whole segments, from the oldest on, without gaps.
 */
export function expiredSegments(
  segments: readonly SegmentAge[],
  limits: { retentionMs: number; retentionBytes: number },
  nowMs: number,
): number {
  let bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0)
  let expired = 0
  for (const segment of segments) {
    const tooOld =
      limits.retentionMs >= 0 && segment.newestMs >= 0 && nowMs - segment.newestMs > limits.retentionMs
    const tooMuch = limits.retentionBytes >= 0 && bytes - segment.bytes >= limits.retentionBytes
    if (!tooOld && !tooMuch) break
    bytes -= segment.bytes
    expired += 1
  }
  return expired
}

/**
 * One line for the screen from what a process says of itself; undefined when it has said nothing yet. Arrays are
 * joined, so that a worker's partitions stand as `0,3,6,9`.
 */
export function describe(_name: string, detail: Record<string, unknown>): string | undefined {
  const parts = Object.entries(detail).filter(([, value]) => value !== undefined && value !== null)
  if (parts.length === 0) return undefined
  return parts
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(',') || '–' : value}`)
    .join('  ')
}

import { formatDuration } from '../time/format-duration.ts'

/** A mark of the time axis: where it is, from 0 to 1, and the time since the start. */
export interface AxisTick {
  readonly at: number
  readonly label: string
}

const parts = 4

/** Returns the marks of a span in milliseconds. One that is too short to divide has marks at its ends only. */
export function axisTicks(span: number): AxisTick[] {
  const count = span < parts ? 1 : parts
  return Array.from({ length: count + 1 }, (_, part) => ({
    at: part / count,
    label: part === 0 ? '0' : formatDuration((span * part) / count),
  }))
}

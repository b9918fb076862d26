import type { Style } from '../terminal/output.ts'
import { stateStyles } from './state-styles.ts'

/** Returns the color of a state of a job, a run or a step. */
export function stateStyle(state: string): Style {
  return (stateStyles as Readonly<Record<string, Style>>)[state] ?? 'reset'
}

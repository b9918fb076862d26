/**
 * The result of a check. `met` and `missed` are about targets of time, which depend on the machine and do not fail the
 * run.
 */
export type Verdict = 'passed' | 'failed' | 'met' | 'missed' | 'not possible'

/** A line of the table. */
export interface Row {
  readonly part: string
  readonly what: string
  readonly verdict: Verdict
  readonly detail: string
}

/** The result of a check. Passed, if it has no verdict. */
export interface Finding {
  readonly verdict?: Verdict
  readonly detail?: string
}

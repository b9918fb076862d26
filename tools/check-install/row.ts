/** What became of a check: `missed` is a target of time, which depends on the machine and fails nothing. */
export type Verdict = 'passed' | 'failed' | 'met' | 'missed' | 'not possible'

/** A line of the table. */
export interface Row {
  readonly part: string
  readonly what: string
  readonly verdict: Verdict
  readonly detail: string
}

/** What a check answers that has more to say than that it passed. */
export interface Finding {
  readonly verdict?: Verdict
  readonly detail?: string
}

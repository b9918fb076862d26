/** The actions of a workflow, from its payload. */
export interface WorkflowScript {
  readonly flow: 'steps' | 'sleeps' | 'waits' | 'races' | 'beats' | 'compensates' | 'calls' | 'fills'
  /** Files that steps wait for, by action and step name. */
  readonly gates?: Readonly<Record<string, string>>
  /** Attempts of the run in which the process exits before the second step. */
  readonly exitIn?: readonly number[]
  /** Number of characters that each step of `fills` returns. */
  readonly characters?: number
  /** Sleep time in milliseconds. */
  readonly sleepMs?: number
  /** Timeout of the wait of `waits`, in milliseconds. */
  readonly waitMs?: number
}

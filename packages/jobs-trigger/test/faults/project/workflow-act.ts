/** What a workflow is to do, as its payload says. */
export interface WorkflowAct {
  readonly flow: 'steps' | 'sleeps' | 'waits' | 'races' | 'beats' | 'compensates' | 'calls' | 'fills'
  /** Steps that wait until there is such a file. */
  readonly gates?: Readonly<Record<string, string>>
  /** In these attempts of the run its process ends before the second step. */
  readonly exitIn?: readonly number[]
  /** How much a step of `fills` returns. */
  readonly characters?: number
  /** How long to sleep. */
  readonly sleepMs?: number
}

/** Ends an attempt of a run that was cancelled. Trigger.dev recognizes the name and the code, and ends the run as cancelled. */
export class CancelledRunError extends Error {
  override readonly name = 'TriggerInternalError'
  readonly code = 'TASK_RUN_CANCELLED'
  readonly skipRetrying = true

  constructor() {
    super('Canceled by user') // the reason that Trigger.dev itself gives
  }
}

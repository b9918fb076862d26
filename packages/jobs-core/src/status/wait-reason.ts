/**
 * Why a run waits, or a job that has no runs yet. With `delay`, `retry`, `debounce`, `throttle` and `sleep` it waits at
 * least until `until`, otherwise at most.
 */
export type WaitReason =
  /** A delayed job is not due yet. */
  | { readonly kind: 'delay'; readonly until: Date }
  /** The next attempt is not due yet. */
  | { readonly kind: 'retry'; readonly until: Date }
  /** `debounce` waits for a quiet period. */
  | { readonly kind: 'debounce'; readonly until: Date }
  /** `batch` waits for more jobs. */
  | { readonly kind: 'batch'; readonly until: Date }
  /** Its tenant or its definition is paused. */
  | { readonly kind: 'paused'; readonly since?: Date; readonly tenantId: string }
  | { readonly kind: 'paused'; readonly since?: Date; readonly definitionId: string }
  /** No process that runs jobs has the definition. */
  | { readonly kind: 'worker' }
  /** `throttle` lets no further run start yet. */
  | { readonly kind: 'throttle'; readonly until: Date }
  /** `concurrency` lets no further run start: `max` run already, of the definition, of its tenant or of its key. */
  | {
      readonly kind: 'limit'
      readonly of: 'definition' | 'tenant' | 'key'
      readonly max: number
      /** The ids of jobs that run, at most five. */
      readonly heldBy: readonly string[]
    }
  /** A worker takes it when it comes to its turn. */
  | { readonly kind: 'turn' }
  /** A workflow sleeps. */
  | { readonly kind: 'sleep'; readonly until: Date }
  /** A workflow waits for an event. */
  | { readonly kind: 'event'; readonly event: string; readonly until?: Date }
  /** A workflow waits for a signal. */
  | { readonly kind: 'signal'; readonly signal: string; readonly until?: Date }
  /** A workflow waits for the end of a job. */
  | { readonly kind: 'job'; readonly jobId: string; readonly until?: Date }
  /** A workflow waits for a worker whose code fits. */
  | { readonly kind: 'version'; readonly until: Date }

/** A reason with times of another type, as in JSON. */
type Timed<Time, Reason = WaitReason> = Reason extends unknown
  ? { readonly [Name in keyof Reason]: Reason[Name] extends Date | undefined ? Time : Reason[Name] }
  : never

/**
 * Says why a run waits, as the rest of a sentence: `is delayed until …`. Does not name the jobs that it waits for.
 *
 * @param timeOf - formats a time
 */
export function describeWait<Time = Date>(reason: Timed<Time>, timeOf: (time: Time) => string): string {
  const end = 'until' in reason && reason.until !== undefined ? ` until ${timeOf(reason.until)}` : ''
  switch (reason.kind) {
    case 'delay':
      return `is delayed${end}`
    case 'retry':
      return `waits${end} for its next attempt`
    case 'debounce':
      return `waits${end} for a quiet period`
    case 'batch':
      return `waits${end} for others of its batch`
    case 'paused': {
      const paused = 'tenantId' in reason ? `the tenant \`${reason.tenantId}\`` : `\`${reason.definitionId}\``
      return `waits because ${paused} is paused${reason.since === undefined ? '' : ` since ${timeOf(reason.since)}`}`
    }
    case 'worker':
      return 'waits because no worker has the definition'
    case 'throttle':
      return `is throttled${end}`
    case 'limit': {
      const of = { definition: 'the definition', tenant: 'its tenant', key: 'its key' }[reason.of]
      return `waits because only ${reason.max} of ${of} may run at once`
    }
    case 'turn':
      return 'waits for its turn'
    case 'sleep':
      return `sleeps${end}`
    case 'event':
      return `waits for the event \`${reason.event}\`${end}`
    case 'signal':
      return `waits for the signal \`${reason.signal}\`${end}`
    case 'job':
      return `waits for the end of a job${end}`
    case 'version':
      return `waits${end} for a worker whose code fits`
  }
}

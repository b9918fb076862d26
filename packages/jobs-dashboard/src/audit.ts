/** One action of a user. */
export interface AuditEntry {
  /** The user that `authorize` returned. */
  readonly user: string
  /** The action. */
  readonly action: DashboardAction
  /** `denied`: the user may not do it, or the request came from another site. */
  readonly outcome: 'done' | 'denied' | 'failed'
  /** The tenant of the request. Absent for an action on all tenants. */
  readonly tenantId?: string
  /** The target: the ids of the jobs, the filter, the definition, the event or the signal, and for a send also the job that it runs again. */
  readonly target: Readonly<Record<string, unknown>>
  /** Numbers of jobs, for an action on jobs. */
  readonly result?: Readonly<Record<string, unknown>>
  /** The `code` of the error, unless it is done. */
  readonly error?: string
}

/** The name of an action, as in the path of its request. */
export type DashboardAction =
  | 'retry'
  | 'cancel'
  | 'retry-matching'
  | 'cancel-matching'
  | 'send'
  | 'signal'
  | 'pause'
  | 'resume'
  | 'run-cron'

/** A user of the dashboard, and what they may do. Viewing is always included. */
export interface DashboardAccess {
  /** The name of the user, for the page and the audit log. */
  readonly user: string
  /** The tenants whose jobs the user may see. `'all'` includes the platform's own jobs, workers and definitions. */
  readonly tenants: 'all' | readonly string[]
  /** Further permissions. Default: none. */
  readonly can?: DashboardPermissions | undefined
}

/** The permissions of a user besides viewing. Each defaults to false. */
export interface DashboardPermissions {
  /** See payloads, outputs, idempotency keys, and the stacks and causes of errors. */
  readonly payloads?: boolean | undefined
  /** Retry failed jobs. */
  readonly retry?: boolean | undefined
  /** Cancel jobs. */
  readonly cancel?: boolean | undefined
  /** Send signals to jobs, such as approvals. */
  readonly signal?: boolean | undefined
  /** Send events. */
  readonly send?: boolean | undefined
  /** Pause and resume tenants; a user of all tenants also definitions. */
  readonly pause?: boolean | undefined
  /** Run cron jobs now. It needs a user of all tenants. */
  readonly runCron?: boolean | undefined
}

/** The names of the permissions. */
export const permissionNames = ['payloads', 'retry', 'cancel', 'signal', 'send', 'pause', 'runCron'] as const

/** The name of a permission. */
export type Permission = (typeof permissionNames)[number]

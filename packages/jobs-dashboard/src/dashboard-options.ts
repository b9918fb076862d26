import type { JobClient, LoggerLike } from '@cgk-platform/jobs-core'
import {
  type CheckedOptions,
  custom,
  type DeclaredOptions,
  declareOptions,
  kindOf,
  string,
} from '@cgk-platform/jobs-core/provider'

import type { DashboardAccess } from './access/dashboard-access.ts'
import type { AuditEntry } from './audit.ts'

/** The options of `createDashboard`. */
export interface DashboardOptions {
  /** The client whose jobs the dashboard shows. */
  client: JobClient
  /**
   * Returns who makes the request and what they may do. Without a result, the answer is 404. Default: in production
   * nobody; with `NODE_ENV=development` or `test`, requests to `localhost` may do everything.
   */
  authorize?:
    | ((request: Request) => DashboardAccess | null | undefined | Promise<DashboardAccess | null | undefined>)
    | undefined
  /** The path under which the dashboard is mounted, as the browser sees it: `/admin/jobs`. Default: `/`. */
  basePath?: string | undefined
  /**
   * The fields of payloads and outputs that nobody sees: `payload.card.number`, `payload.items.*.name`, `**.email`. `*`
   * stands for one name or index, `**` for any number of them. Upper and lower case are equal.
   */
  redact?: readonly string[] | undefined
  /**
   * Encrypts the cursors of users of some tenants. Several processes that answer the same users need the same one, such
   * as 32 random characters. Default: a random one for each process.
   */
  secret?: string | undefined
  /** Receives each action of a user, also a denied one. Default: a line of `logger`. */
  audit?: ((entry: AuditEntry) => void | Promise<void>) | undefined
  /** Receives actions and unexpected errors. Default: readable lines on a terminal, otherwise JSON. */
  logger?: LoggerLike | undefined
}

/** The declarations of the options of `createDashboard`. */
export const dashboardOptions: DeclaredOptions<CheckedOptions<DashboardOptions>> = declareOptions<DashboardOptions>(
  '`createDashboard`',
  {
    client: custom(
      (client, name, createError) => {
        if (typeof (client as Partial<JobClient> | null)?.forTenant === 'function') return client
        throw createError(name, `is ${kindOf(client)}, not a client`, 'Pass `getJobClient()`.')
      },
      { required: 'Pass `getJobClient()`.' },
    ),
    authorize: functionOption(),
    basePath: custom((path: unknown, name, createError) => {
      if (typeof path === 'string' && /^(\/|(\/(?!\.{1,2}(\/|$))[\w.~-]+)+\/?)$/.test(path))
        return path.replace(/\/$/, '')
      const remedy = 'Pass a path of letters, digits, `-`, `_`, `.` and `~`: `/admin/jobs`.'
      throw createError(name, 'is not an absolute path', remedy)
    }),
    redact: custom((paths: unknown, name, createError) => {
      const isPath = (path: unknown): boolean =>
        typeof path === 'string' && path.split('.').every((part) => part !== '')
      if (Array.isArray(paths) && paths.every(isPath)) return paths as string[]
      throw createError(name, 'is not an array of paths', "Pass paths such as `['payload.card.number', '**.email']`.")
    }),
    secret: string({ maxLength: 1000, remedy: 'Pass at least 32 random characters, or omit it.' }),
    audit: functionOption(),
    logger: custom(),
  },
)

function functionOption<Value>(): ReturnType<typeof custom<Value>> {
  return custom((value, name, createError) => {
    if (typeof value === 'function') return value
    throw createError(name, `is ${kindOf(value)}, not a function`, 'Pass a function, or omit it.')
  })
}

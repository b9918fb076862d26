import { referenceOption } from '../sends/reference-option.ts'
import { refuseUndefinedTenant } from './refuse-undefined-tenant.ts'
import { invalidOption } from '../options/check-option-names.ts'
import { declareOptions, type DeclaredOptions, type OptionTable } from '../options/declare-options.ts'
import { abortSignal, boolean, callback, date, integer, oneOf, someOf, string } from '../options/kinds.ts'
import { maxIdLength } from '../options/text-problem.ts'
import { jobStates } from '../status/job-state.ts'
import type { EraseOptions, EraseResult } from './tenant-data.ts'
import type { CountGroup } from '../status/job-counts.ts'
import type { JobFilter } from '../status/job-filter.ts'
import type { HistoryOptions } from '../status/definition-history.ts'
import type { ListErrorsOptions } from '../status/error-groups.ts'
import type { FailureQuery, InspectFilter, InspectQuery } from '../provider/job-inspection.ts'
import type {
  ChangeJobsOptions,
  ChangeJobsResult,
  CountOptions,
  InspectListOptions,
  StatsOptions,
  SubscribeOptions,
} from './job-inspector.ts'

const tenantOption = string({
  maxLength: maxIdLength,
  remedy: 'Pass the id of a tenant, or omit it for the jobs of all tenants.',
})
const definitionOption = string({ maxLength: maxIdLength, feature: 'inspect.listJobs by definition' })
const limitOption = integer({ max: 1000 })
const cursorOption = (from: string, maxLength = 10_000) =>
  string({ maxLength, remedy: `Pass the \`cursor\` of ${from}, or omit it.` })

const filterTable: OptionTable<JobFilter, InspectFilter> = {
  tenantId: tenantOption,
  definitionId: definitionOption,
  states: someOf(jobStates, { feature: 'inspect.listJobs by state' }),
  event: string({ maxLength: maxIdLength, remedy: 'Pass the name of an event, or `cron/<definition>`.' }),
  reference: referenceOption,
  since: date({ feature: 'inspect.listJobs by time' }),
  until: date({ feature: 'inspect.listJobs by time' }),
  endedSince: date({ feature: 'inspect.listJobs by end' }),
  endedUntil: date({ feature: 'inspect.listJobs by end' }),
  errorText: string({ maxLength: 200, feature: 'inspect.listJobs by error' }),
  payloadText: string({ maxLength: 200, feature: 'inspect.listJobs by payload' }),
  errorGroup: string({ maxLength: 200 }),
}

/** The declarations of a `JobFilter`. */
export const filterOptions: DeclaredOptions<InspectFilter> = declareOptions<JobFilter, InspectFilter>(
  'a job filter',
  filterTable,
)

/** The declarations of the options of `inspect.listJobs`. */
export const inspectListOptions: DeclaredOptions<InspectFilter & Partial<InspectQuery>> = declareOptions<
  InspectListOptions,
  InspectFilter & Partial<InspectQuery>
>('`inspect.listJobs`', {
  ...filterTable,
  order: oneOf(['newest', 'oldest'], {
    feature: (order) => (order === 'oldest' ? ['inspect.listJobs, oldest first'] : []),
  }),
  limit: limitOption,
  cursor: cursorOption('the previous page'),
})

/** The checked options of `inspect.countJobs`. */
export type CheckedCount = InspectFilter & { readonly by?: CountGroup }

/** The declarations of the options of `inspect.countJobs`. */
export const countOptions: DeclaredOptions<CheckedCount> = declareOptions<CountOptions, CheckedCount>(
  '`inspect.countJobs`',
  { ...filterTable, by: oneOf(['state', 'definition', 'tenant', 'event']) },
)

/** The checked options of `inspect.getStats`. Instants are epoch milliseconds. */
export interface CheckedStats extends Pick<InspectFilter, 'tenantId' | 'definitionId' | 'since' | 'until'> {
  readonly intervals?: number
}

/** The declarations of the options of `inspect.getStats`. */
export const statsOptions: DeclaredOptions<CheckedStats> = declareOptions<StatsOptions, CheckedStats>(
  '`inspect.getStats`',
  {
    tenantId: tenantOption,
    definitionId: definitionOption,
    // Without the feature, the times are compared here.
    since: date(),
    until: date(),
    intervals: integer({ max: 500 }),
  },
)

/** The checked options of `inspect.listErrors`. */
export type CheckedErrors = FailureQuery & { readonly limit?: number }

/** The declarations of the options of `inspect.listErrors`. */
export const errorsOptions: DeclaredOptions<CheckedErrors> = declareOptions<ListErrorsOptions, CheckedErrors>(
  '`inspect.listErrors`',
  {
    tenantId: tenantOption,
    definitionId: string({ maxLength: maxIdLength }),
    since: date(),
    until: date(),
    limit: integer({ max: 100 }),
  },
)

/** The checked options of `inspect.getHistory`. Instants are epoch milliseconds. */
export interface CheckedHistory extends Pick<InspectFilter, 'since' | 'until'> {
  readonly definitionId: string
  readonly intervals?: number
}

/** The declarations of the options of `inspect.getHistory`. */
export const historyOptions: DeclaredOptions<Partial<CheckedHistory>> = declareOptions<
  HistoryOptions,
  Partial<CheckedHistory>
>('`inspect.getHistory`', {
  definitionId: string({ maxLength: maxIdLength }),
  since: date(),
  until: date(),
  intervals: integer({ max: 500 }),
})

/** The checked options of `inspect.retryJobs` and `inspect.cancelJobs`. */
export interface CheckedChange {
  readonly dryRun?: boolean
  readonly cursor?: string
  readonly onProgress?: (progress: ChangeJobsResult) => unknown
  readonly signal?: AbortSignal
}

/** The declarations of the options of `inspect.retryJobs` and `inspect.cancelJobs`. */
export const changeOptions: DeclaredOptions<CheckedChange> = declareOptions<ChangeJobsOptions, CheckedChange>(
  '`inspect.retryJobs` and `inspect.cancelJobs`',
  {
    dryRun: boolean(),
    cursor: cursorOption('the previous result', 50_000),
    onProgress: callback(),
    signal: abortSignal(),
  },
)

/** The checked options of `erase`. */
export interface CheckedErase {
  readonly onProgress?: (progress: EraseResult) => unknown
  readonly signal?: AbortSignal
}

/** The declarations of the options of `erase`. */
export const eraseOptions: DeclaredOptions<CheckedErase> = declareOptions<EraseOptions, CheckedErase>('`erase`', {
  onProgress: callback(),
  signal: abortSignal(),
})

/** The checked options of `inspect.subscribe`. */
export interface CheckedSubscription {
  readonly limit?: number
  readonly onError?: (error: unknown) => unknown
}

/** The declarations of the options of `inspect.subscribe`. */
export const subscribeOptions: DeclaredOptions<CheckedSubscription> = declareOptions<
  SubscribeOptions,
  CheckedSubscription
>('`inspect.subscribe`', { limit: limitOption, onError: callback() })

/** Checks options that select jobs. @param verb - completes "omit it to … the jobs of all tenants" */
export function readFilter<Checked extends InspectFilter>(
  declared: DeclaredOptions<Checked>,
  given: unknown,
  verb: string,
): Checked {
  const checked = declared.read(given)
  refuseUndefinedTenant(given, verb)
  if (checked.since !== undefined && checked.until !== undefined && checked.since >= checked.until) {
    throw invalidOption('since', 'is not before `until`', 'Pass an earlier `since`, or a later `until`.')
  }
  if (
    checked.endedSince !== undefined &&
    checked.endedUntil !== undefined &&
    checked.endedSince >= checked.endedUntil
  ) {
    const remedy = 'Pass an earlier `endedSince`, or a later `endedUntil`.'
    throw invalidOption('endedSince', 'is not before `endedUntil`', remedy)
  }
  return checked
}

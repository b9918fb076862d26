// The JSON that the pages and the server exchange, under `<basePath>/api/`. Dates are ISO strings. An answer that is
// not 2xx is an `ErrorJson`. Every request may have `?tenant=<id>`; a user of several tenants must name one.
//
// GET  session                          SessionJson
// GET  overview   ?definition=&since=&until=&intervals=  StatsJson
// GET  errors     ?definition=&since=&until=&limit=  ErrorsJson
// GET  find       ?text=                FoundJson
// GET  jobs       FilterQuery & { order, limit, cursor }  JobPageJson
// GET  counts     FilterQuery & { by }   CountsJson
// GET  job        ?id=                  JobJson
// GET  download   ?id=&part=payload, ?id=&run=&part=output, or ?id=&run=&step=&part=output: a JSON file
// GET  definitions ?lastJobs=true       DefinitionJson[]
// GET  history    ?definition=&since=&until=&intervals=  HistoryJson, for users of all tenants
// GET  slowest    ?definition=&since=   SlowestJson
// GET  engine                           EngineJson
// GET  events                           EventJson[]
// GET  changes    FilterQuery & { limit }  Server-Sent Events: `change` with ChangeJson, `problem` with ErrorJson
//
// POST retry            JobIdsBody      ChangedJson     POST pause     TargetBody      {}
// POST cancel           JobIdsBody      ChangedJson     POST resume    TargetBody      {}
// POST retry-matching   MatchingBody    ChangedJson     POST run-cron  DefinitionBody  SentJson
// POST cancel-matching  MatchingBody    ChangedJson     POST send      SendBody        SentJson
// POST signal           SignalBody      {}
//
// A POST has the headers `Content-Type: application/json` and `X-Jobs-Dashboard: 1`.
import type { Capabilities, JobState, Pause } from '@cgk-platform/jobs-core'
import type {
  DefinitionHistory,
  DefinitionInfo,
  ErrorGroups,
  EventInfo,
  JobCount,
  JobCounts,
  JobDetails,
  JobsChange,
  JobStats,
  JobSummary,
  JobSummaryPage,
  RunDetails,
  WorkerInfo,
} from '@cgk-platform/jobs-core/inspect'
import type { JobErrorInfo, StepStatus, CompensationStatus } from '@cgk-platform/jobs-core/provider'
import type { AsJson } from '@cgk-platform/jobs-core/tools'

/** Every answer that is not 2xx. */
export interface ErrorJson {
  readonly error: {
    /**
     * In snake case: `not_found`, `job_not_found`, `forbidden`, `invalid_option`, `tenant_required`, `payload_invalid`,
     * `unsupported_feature` (501), `engine_failed`, `engine_busy` (503), `engine_slow` (504), `internal` and others.
     */
    readonly code: string
    readonly message: string
    /** The fields of a sent payload that do not match the schema: `{ path: 'payload.items[2].sku', message }`. */
    readonly issues?: readonly { readonly path: string; readonly message: string }[]
    /** Names the log line of an unexpected error. */
    readonly logId?: string
  }
}

/** The permissions of a user besides viewing. */
export interface PermissionsJson {
  readonly payloads: boolean
  readonly retry: boolean
  readonly cancel: boolean
  readonly signal: boolean
  readonly send: boolean
  readonly pause: boolean
  readonly runCron: boolean
}

/** The user and the engine. */
export interface SessionJson {
  readonly user: string
  readonly tenants: 'all' | readonly string[]
  readonly can: PermissionsJson
  /** Whether `payload` of a filter is allowed. */
  readonly findsPayloads: boolean
  /** Absent if the engine cannot be loaded. */
  readonly capabilities?: Capabilities
}

/** The conditions of a filter as query parameters. `state` may be repeated, times are ISO strings. */
export interface FilterQuery {
  readonly definition?: string
  readonly state?: readonly JobState[]
  readonly event?: string
  readonly reference?: string
  readonly since?: string
  readonly until?: string
  readonly endedSince?: string
  readonly endedUntil?: string
  readonly error?: string
  readonly payload?: string
  readonly errorGroup?: string
}

/** The names that are a text, or contain it. A part that nothing has, or that the engine cannot count, is absent. */
export interface FoundJson {
  /** The job with this id. */
  readonly job?: Pick<JobSummaryJson, 'id' | 'event' | 'tenantId' | 'state'>
  /** The jobs that were sent with this reference. */
  readonly reference?: JobCount
  /** The jobs of this tenant. */
  readonly tenant?: JobCount
  /** The definitions with this text in their ids. */
  readonly definitions: readonly string[]
}

export type ErrorsJson = AsJson<ErrorGroups>
export type HistoryJson = AsJson<DefinitionHistory>
export type StatsJson = AsJson<JobStats>
/** The five runs of a definition that took longest and ended since a time. */
export type SlowestJson = Pick<StatsJson, 'slowest' | 'isComplete'>
export type CountsJson = AsJson<JobCounts>
export type JobSummaryJson = AsJson<JobSummary>
export type JobPageJson = AsJson<JobSummaryPage>
export type ChangeJson = AsJson<JobsChange>
export type WorkerJson = AsJson<WorkerInfo>
export type PauseJson = AsJson<Pause>
/**
 * A definition. With `lastJobs`, `lastJob` is the newest job of a cron job; `null` if there is none. A hosted engine does
 * not tell it, because it would need requests for each.
 */
export type DefinitionJson = AsJson<DefinitionInfo> & { readonly lastJob?: JobSummaryJson | null }
/** The `schema` is JSON Schema (draft 2020-12). */
export type EventJson = AsJson<EventInfo>

/** A payload or an output. Redacted parts are the string `[redacted]`. */
export type ValueJson =
  | { readonly kind: 'json'; readonly json: unknown; readonly bytes: number }
  /** The first 100,000 characters of larger JSON. `download` has all of it. */
  | { readonly kind: 'truncated'; readonly text: string; readonly bytes: number }
  /** The user may not see it. */
  | { readonly kind: 'hidden' }

/** An error. Without the permission `payloads` it has no `stack` and no `cause`. */
export type ErrorInfoJson = JobErrorInfo

/** A step. Without the permission `payloads`, `waitsFor` has no `match`. */
export interface StepJson extends Omit<AsJson<StepStatus>, 'output' | 'compensation'> {
  readonly output?: ValueJson
  readonly compensation?: AsJson<CompensationStatus>
}

/** A run with its attempts. */
export interface RunJson extends Omit<AsJson<RunDetails>, 'output' | 'steps'> {
  readonly output?: ValueJson
  readonly steps?: readonly StepJson[]
}

/** A job. Without the permission `payloads` it has no `idempotencyKey`. */
export interface JobJson extends Omit<AsJson<JobDetails>, 'payload' | 'runs'> {
  readonly payload?: ValueJson
  readonly runs: readonly RunJson[]
}

/** The engine. What concerns all tenants is absent for users of some tenants. */
export interface EngineJson {
  readonly provider: string
  readonly ok: boolean
  /** The checks of `healthCheck`. Absent for users of some tenants. */
  readonly checks?: readonly { readonly name: string; readonly ok: boolean; readonly message: string }[]
  /** The processes that run jobs. Absent for users of some tenants, or if the engine cannot tell. */
  readonly workers?: readonly WorkerJson[]
  /** The pauses. Absent if the engine cannot tell. */
  readonly pauses?: readonly PauseJson[]
}

/** The body of `retry` and `cancel`: 1 to 100 ids. */
export interface JobIdsBody {
  readonly ids: readonly string[]
}

/** The body of `retry-matching` and `cancel-matching`. At least one condition is required. */
export interface MatchingBody {
  readonly filter: FilterQuery
  /** True: only counts the jobs. */
  readonly dryRun?: boolean
  /** The `cursor` of the previous answer: continues there. */
  readonly cursor?: string
}

/** The result of `retry`, `cancel`, `retry-matching` and `cancel-matching`. */
export interface ChangedJson {
  readonly matched: number
  readonly changed: number
  /** Jobs that had changed their state in the meantime. */
  readonly skipped: number
  readonly failures: number
  /** At most 100. */
  readonly failed: readonly { readonly jobId: string; readonly message: string }[]
  /** False: the time of a request was over, or not all jobs were counted. Repeat the request with `cursor` to continue. */
  readonly isComplete: boolean
  readonly cursor?: string
  /** The time of the send up to which the engine has searched. */
  readonly searchedTo?: string
}

/** The body of `pause` and `resume`. Only users of all tenants can name a definition. */
export type TargetBody = { readonly definition: string } | { readonly tenant: string }

/** The body of `run-cron`, for users of all tenants. */
export interface DefinitionBody {
  readonly definition: string
}

/** The body of `send`. A user of all tenants names the tenant by `?tenant=` or in the payload. */
export interface SendBody {
  readonly event: string
  readonly payload: Readonly<Record<string, unknown>>
  readonly options?: {
    readonly delay?: string
    readonly runAt?: string
    readonly idempotencyKey?: string
    readonly reference?: readonly string[]
    readonly rerunOf?: string
    readonly maxAttempts?: number
    readonly priority?: number
  }
}

/** The body of `signal`. */
export interface SignalBody {
  readonly id: string
  readonly signal: string
  readonly payload: Readonly<Record<string, unknown>>
}

/** The jobs that `send` and `run-cron` have created. */
export interface SentJson {
  readonly jobs: readonly { readonly id: string; readonly tenantId: string; readonly deduplicated: boolean }[]
}

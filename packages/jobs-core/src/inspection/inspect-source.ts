import type { JobHandle } from '../sends/send-options.ts'
import type { JobStatus } from '../status/job-status.ts'
import type { Capabilities } from '../engines/capabilities.ts'
import type { DefinitionInfo } from './definition-info.ts'
import type { EventInfo } from './event-info.ts'
import type { CountGroup, JobCounts } from '../status/job-counts.ts'
import type { JobDetails } from '../status/job-details.ts'
import type { ErasedPart } from '../provider/erased-part.ts'
import type {
  FailureCount,
  FailureQuery,
  HistoryQuery,
  InspectFilter,
  InspectQuery,
  RunCounts,
} from '../provider/job-inspection.ts'
import type { JobSummaryPage } from '../status/job-summary.ts'
import type { WorkerInfo } from '../status/worker-info.ts'

/** Lists one page of jobs. */
export type ListPage = (query: InspectQuery) => Promise<JobSummaryPage>

/** Failures, and whether these are all. */
export interface Failures {
  readonly counts: readonly FailureCount[]
  readonly isComplete: boolean
  /** The time of the send up to which the engine was searched. Absent if `isComplete`, or if it is unknown. */
  readonly searchedTo?: Date
}

/** The counted runs of a definition, and whether these are all. */
export interface History extends RunCounts, Omit<Failures, 'counts'> {}

/** An engine with its name, for checks of what it supports. */
export interface InspectedEngine {
  readonly name: string
  readonly capabilities: Capabilities
}

/** The reads and changes behind an inspector: those of one engine, or of a router's engines. Arguments are checked. */
export interface InspectSource {
  /** Returns the engines, at least one. @throws {ClientClosedError} for a change if the client is closed. */
  engines(operation: string, isChange?: boolean): Promise<readonly InspectedEngine[]>
  /** Returns a job. @throws {JobNotFoundError} also for another tenant's job. */
  job(id: string, tenantId: string | undefined): Promise<JobDetails>
  /** Adds why the runs of a job wait, where the engine has not told it. */
  explain(job: JobDetails): Promise<JobDetails>
  /** Lists one page of jobs. */
  list: ListPage
  /** Counts jobs. */
  count(filter: InspectFilter, by: CountGroup | undefined): Promise<JobCounts>
  /** Counts failures by their errors. */
  failures(query: FailureQuery): Promise<Failures>
  /** Counts the runs of a definition by time. */
  history(query: HistoryQuery): Promise<History>
  /** Returns the processes that run jobs. */
  workers(): Promise<readonly WorkerInfo[]>
  /** Returns the definitions. */
  definitions(): Promise<readonly DefinitionInfo[]>
  /** Returns the events. */
  events(): Promise<readonly EventInfo[]>
  /** Runs a cron job now. */
  runCronJob(id: string): Promise<readonly JobHandle[]>
  /** Calls `changed` after changes of any jobs, and returns a function that stops it. `undefined`: it cannot. */
  watch(changed: () => void): Promise<(() => void) | undefined>
  /** Retries a job, like `client.retryJob`. */
  retry(id: string, tenantId: string | undefined): Promise<unknown>
  /** Cancels a job, like `client.cancelJob`. */
  cancel(id: string, tenantId: string | undefined): Promise<JobStatus>
  /** Deletes a batch of what the engines hold of a tenant, like `erase` of a provider. */
  erase(tenantId: string, until: number): Promise<ErasedPart>
}

import type { JobsError } from '../errors/jobs-error.ts'
import type { Envelope } from '../events/envelope.ts'
import type { ErasedPart } from './erased-part.ts'
import type { JobInspection } from './job-inspection.ts'
import type { Definition } from '../jobs/definition.ts'
import type { Pause, PauseTarget } from '../jobs/pause.ts'
import type { JobHost } from '../runs/job-host.ts'
import type { StepCall } from '../steps/step-call.ts'
import type { JobStatus } from '../status/job-status.ts'
import type { Capabilities } from '../engines/capabilities.ts'
import type { EnvelopeResult } from '../sends/envelope-result.ts'
import type { Health } from './health.ts'
import type { JobPage, ListQuery } from '../status/job-page.ts'

/**
 * The contract between this library and an engine. A provider transfers envelopes and translates the engine's
 * responses. The client does the work that is the same everywhere: tenants, schemas, JSON, sizes and capability checks.
 */
export interface JobProvider {
  /** The version of this contract. A client rejects a provider with another version. */
  readonly specificationVersion: 'v1'
  /** The name by which users choose the engine, such as `local`. */
  readonly name: string
  /** The engine's capabilities. The client rejects what the engine does not support before it calls the provider. */
  readonly capabilities: Capabilities
  /** Returns the URL of the server to which it sends, for traces. Omit it if there is none, or if its driver tells. */
  serverUrl?(): Promise<string>
  /** Receives what a provider needs to run jobs in this process. Called once, before any other method. */
  attach?(host: JobHost): void
  /**
   * Returns the engine-specific errors of a definition, such as invalid `providerOptions`. Called for every definition,
   * when the engine opens or when the definition is registered later.
   */
  findUnsupported?(definition: Definition): readonly JobsError[]
  /** The names of this engine's `providerOptions` that a send may have. Default: none. The client rejects others. */
  readonly sendOptions?: readonly string[]
  /**
   * Returns the engine-specific error of a send, such as a name that the engine reserves. The client asks for every
   * envelope, and passes those without an error to `send`.
   */
  findSendError?(envelope: Envelope): JobsError | undefined
  /**
   * Returns the engine-specific error of a workflow's step, such as a wait that the engine cannot keep. The step then
   * fails the run. Called in each replay.
   */
  findStepError?(call: StepCall, tenantId: string): JobsError | undefined
  /**
   * Sends envelopes and returns one result for each, in order. A failed envelope must not affect the others. All have the
   * same `transaction`, or none: see the capability.
   */
  send(envelopes: readonly Envelope[]): Promise<readonly EnvelopeResult[]>
  /**
   * Returns the job's current status, or `undefined` for an unknown or malformed id.
   *
   * @param tenantId - if given, a job of another tenant is treated like an unknown id. Check that before anything else
   *   of the job is read, because its outputs can be large
   * @param tellsWaits - whether to read why its runs wait, which can take further reads. What follows from the status alone,
   *   the client adds
   * @throws {JobNotVisibleError} if the engine may have accepted the job and does not show it yet.
   */
  status(id: string, tenantId?: string, tellsWaits?: boolean): Promise<JobStatus | undefined>
  /** Cancels the job if it has not ended. Resolves when `status` returns the new state. */
  cancel(id: string): Promise<void>
  /**
   * Creates a new run for each definition whose newest run failed. Never called concurrently for one job.
   *
   * @param traceparent - of the retry: becomes the `retryTraceparent` of the job's envelope, if the engine can store it
   */
  retry(id: string, traceparent?: string): Promise<void>
  /** Lists jobs, newest first. Omit it if the engine does not support `listJobs`. */
  list?(query: ListQuery): Promise<JobPage>
  /**
   * Pauses a definition or a tenant, which may be paused already. After it resolves, no run of it starts or resumes in
   * any process; runs that hold a slot continue. The pause outlives the process if jobs do. Omit it if the engine
   * supports no pauses.
   */
  pause?(target: PauseTarget): Promise<void>
  /** Resumes a definition or a tenant, which may not be paused. Its waiting runs start, in order. */
  resume?(target: PauseTarget): Promise<void>
  /** Returns what is paused. */
  pauses?(): Promise<readonly Pause[]>
  /** Reads jobs for `client.inspect`. Omit it if the engine does not support that. */
  readonly inspection?: JobInspection | undefined
  /**
   * Deletes a batch of a tenant's jobs that were sent before `until` (epoch milliseconds) and have ended, with all that
   * belongs to them. Once there are none, deletes its keys that no job holds, and, if no job is left, makes what was deleted unreadable.
   * Called until it returns no `hasMore`, also after another process was killed half-way. Omit it if the engine cannot
   * delete: then the note of the capability `erase: deletes` tells what stays.
   */
  erase?(tenantId: string, until: number): Promise<ErasedPart>
  /** Calls `changed` after every change of a job. Returns a function that stops it. Without `watch`, a client polls. */
  watch?(id: string, changed: () => void): () => void
  /** Checks that the engine is reachable and usable. Reports problems in its result instead of rejecting. */
  health(): Promise<Health>
  /**
   * Upgrades the tables of a store that this library created, and returns the versions of their schema before and after.
   * Called without `attach`. Omit it if the engine has no such store.
   *
   * @param options - with `dryRun`, changes nothing and returns the versions that it would have
   */
  migrate?(options: { readonly dryRun: boolean }): Promise<{ readonly from: number; readonly to: number }>
  /**
   * Returns SQL for other tools: what `migrate` runs on a schema of version `from` (0: of any version), or what lets the role
   * `grantTo` do all but migrate. Does not connect. Omit it if the engine has no SQL to show.
   */
  migrationSql?(options: { readonly from: number } | { readonly grantTo: string }): string
  /** Makes this process a worker until it exits or `close` is called. */
  start?(): Promise<void>
  /**
   * Stops accepting work, awaits sends and attempts for at most `timeoutMs`, then aborts them. A later call can shorten
   * the time.
   */
  close?(options: { readonly timeoutMs: number }): Promise<void>
}

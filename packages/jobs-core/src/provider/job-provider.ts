import type { JobsError } from '../errors/jobs-error.ts'
import type { Envelope } from '../events/envelope.ts'
import type { JobClient } from '../client/job-client.ts'
import type { Definition } from '../jobs/definition.ts'
import type { JobRegistry } from '../jobs/job-registry.ts'
import type { LoggerLike } from '../logging/logger.ts'
import type { AttemptMiddleware } from '../runs/attempt-middleware.ts'
import type { JobHooks } from '../runs/hooks.ts'
import type { JobStatus } from '../runs/job-status.ts'
import type { Capabilities } from './capabilities.ts'
import type { Health } from './health.ts'
import type { JobPage, ListQuery } from './job-page.ts'

/**
 * The contract between this library and an engine. A provider moves envelopes and translates answers; what is the same
 * everywhere (tenants, schemas, JSON, sizes, capability checks) is done before and after it, by the client.
 */
export interface JobProvider {
  /** The version of this contract; a client refuses a provider of another. */
  readonly specificationVersion: 'v1'
  /** As users choose it, such as `local`. */
  readonly name: string
  /** What the engine can do. The client refuses the rest before the provider is asked. */
  readonly capabilities: Capabilities
  /** Given once, before anything else is called: what a provider that runs jobs in this process needs. */
  attach?(host: JobHost): void
  /**
   * Everything for which a definition is refused for a reason of the engine's own, such as its `providerOptions`. Called
   * for each, early and late.
   */
  findUnsupported?(definition: Definition): readonly JobsError[]
  /** The names of the `providerOptions` for this engine that a send may have. Default: none. The client refuses others. */
  readonly sendOptions?: readonly string[]
  /** Takes envelopes and answers for each, in order. One that fails must not fail the others. */
  send(envelopes: readonly Envelope[]): Promise<readonly EnvelopeResult[]>
  /** The job as it stands, or `undefined` for an id that is unknown or malformed. */
  status(id: string): Promise<JobStatus | undefined>
  /** Ends the job if it has not ended. Answers when `status` tells the new state. */
  cancel(id: string): Promise<void>
  /** Makes a new run for each definition whose newest run failed. The client never calls it twice at once for one job. */
  retry(id: string): Promise<void>
  /** Newest first. Left out where the engine cannot list. */
  list?(query: ListQuery): Promise<JobPage>
  /** Calls back after every change of a job; the answer ends it. Left out, a waiting client polls. */
  watch?(id: string, changed: () => void): () => void
  /** Whether the engine can be reached and used. Answers what is wrong rather than to reject. */
  health(): Promise<Health>
  /** Makes this process a worker, for as long as it lives or until `close`. */
  start?(): Promise<void>
  /** Takes no more work, lets attempts end for `timeoutMs`, then aborts them. Called again meanwhile, it has less time. */
  close?(options: { readonly timeoutMs: number }): Promise<void>
}

/** What a provider is given of its client. */
export interface JobHost {
  /** The definitions to run, now and later. */
  readonly jobs: JobRegistry
  /** For the sends of handlers: hand it to `runAttempt`. */
  readonly client: JobClient
  /** Hand it to `runAttempt`, and write there what the engine has to say. */
  readonly logger: LoggerLike
  /** Hand them to `runAttempt`, which calls them. */
  readonly hooks: JobHooks | undefined
  /** Hand it to `runAttempt`, which runs the code of attempts inside of it. */
  readonly middleware: readonly AttemptMiddleware[] | undefined
}

/** A provider's answer for one envelope. */
export type EnvelopeResult =
  | {
      readonly ok: true
      readonly id: string
      /** True where the key was taken: `id` is the first send's. */ readonly deduplicated: boolean
    }
  | { readonly ok: false; readonly error: JobsError }

import type { JobClient } from '../client/job-client.ts'
import type { JobHandle } from '../client/send-options.ts'
import type { Definition } from '../jobs/definition.ts'
import type { Capabilities } from '../provider/capabilities.ts'
import type { JobStatus } from '../runs/job-status.ts'
import type { JobsError } from '../errors/jobs-error.ts'
import type { ConformanceEvent } from './conformance-events.ts'
import type { ConformanceEngine, ConformanceTarget } from './conformance-target.ts'
import type { JournalEntry, Observation } from './journal.ts'
import type { Script } from './script.ts'

/** Which entries of the journal a case asks for. */
export interface JournalFilter {
  /** Of this job alone. */
  readonly jobId?: string | undefined
  /** Of this run alone. */
  readonly runId?: string | undefined
  /** Of this tenant alone. */
  readonly tenantId?: string | undefined
  /** Of this definition alone. */
  readonly definition?: string | undefined
  /** Of this attempt alone. */
  readonly attempt?: number | undefined
  /** Of this kind alone. */
  readonly what?: Observation | undefined
}

/** What a case may add to a send. */
export interface CaseSend {
  /** Default: the case's own tenant. */
  readonly tenantId?: string
  /** More of the payload. */
  readonly payload?: Readonly<Record<string, unknown>>
  /** Those of the send. */
  readonly options?: Readonly<Record<string, unknown>>
  /** Default: the suite's own. */
  readonly client?: JobClient
}

/** How soon something must happen. */
export interface Expectation {
  /** What it is, for the message. */
  readonly what: string
  /** The earliest, as computed. */
  readonly computedMs: number
  /** How much later it may be, by the engine's declaration. */
  readonly toleranceMs: number
}

/** What a case works with. Tenants and names are its own, so that leftovers of others never matter. */
export interface CaseTools {
  /** The suite's own client. */
  readonly client: JobClient
  /** Those of the engine. */
  readonly capabilities: Capabilities
  /** The open engine, for its equipment. */
  readonly engine: ConformanceEngine
  /** The provider under test. */
  readonly target: ConformanceTarget
  /** The case's own tenant, and another of its own. */
  readonly tenantId: string
  /** Another tenant of the case's own. */
  readonly otherTenantId: string
  /** A name that no other case and no earlier suite has. */
  unique(name: string): string
  /** The definition of this id. */
  definition(id: string): Definition
  /** Epoch milliseconds of the engine's time. */
  now(): number
  /** Lets the engine's time go by. */
  pass(durationMs: number): Promise<void>
  /** Sends an event of the suite; `script` is what its handlers do. */
  send(event: ConformanceEvent, script?: Script, more?: CaseSend): Promise<JobHandle>
  /** The job once it has ended, whoever reads it. */
  ended(jobId: string): Promise<JobStatus>
  /** The job once it is in a state. */
  inState(jobId: string, state: string): Promise<JobStatus>
  /** Asks again and again, letting time go by, until the answer is neither `undefined` nor `false`. */
  until<T>(what: string, read: () => T | Promise<T>, limitMs?: number): Promise<Exclude<T, undefined | false>>
  /** Lets time go by until a promise is settled, and answers as it does. */
  settled<T>(promise: Promise<T>): Promise<T>
  /** What handlers wrote down so far. */
  journal(filter: JournalFilter): JournalEntry[]
  /** The first entry that matches, once there is one. */
  seen(filter: JournalFilter): Promise<JournalEntry>
  /** The error with which something is refused; fails when it is not, or with another code. */
  refused(code: JobsError['code'], attempt: () => unknown): Promise<JobsError>
  /** Fails when something came earlier than computed, or later than tolerated. */
  expectDelay(actualMs: number, expected: Expectation): void
  /** The engine's own shortest delay between attempts, or this where it is longer. */
  retryDelay(computedMs: number): number
  /** How long a handler must be at work so that what takes so long beside it ends first, also on a busy machine. */
  outlasting(durationMs: number): number
}

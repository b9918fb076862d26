import type { Capabilities, Definition, JobClient, JobHandle, JobStatus, TenantClient } from '@cgk-platform/jobs-core'
import type { JobsError } from '@cgk-platform/jobs-core/errors'

import type { ConformanceEvent } from './conformance-events.ts'
import type { ConformanceEngine, ConformanceTarget } from './conformance-target.ts'
import type { JournalEntry, JournalFilter } from './journal.ts'
import type { Script } from './script.ts'

/** Options for a send of a case. */
export interface CaseSend {
  /** The tenant. Default: the case's own tenant. */
  readonly tenantId?: string
  /** Additional fields of the payload. */
  readonly payload?: Readonly<Record<string, unknown>>
  /** Options of the send. */
  readonly options?: Readonly<Record<string, unknown>>
  /** The client to send with. Default: the suite's client. */
  readonly client?: JobClient | TenantClient
}

/** When something is expected to happen. */
export interface DelayExpectation {
  /** Its description, for the error message. */
  readonly description: string
  /** The computed delay and minimum, in milliseconds. */
  readonly computedMs: number
  /** The engine's declared tolerance in milliseconds. */
  readonly toleranceMs: number
}

/** The tools of a case. Its tenants and names are unique, so that data of other cases does not matter. */
export interface CaseTools {
  /** The suite's client. */
  readonly client: JobClient
  /** The engine's capabilities. */
  readonly capabilities: Capabilities
  /** The open engine with its equipment. */
  readonly engine: ConformanceEngine
  /** The provider under test. */
  readonly target: ConformanceTarget
  /** The case's own tenant. */
  readonly tenantId: string
  /** Another tenant of this case only. */
  readonly otherTenantId: string
  /** Returns a name that is unique across cases and runs of the suite. */
  unique(name: string): string
  /** Returns the definition with this id. */
  definition(id: string): Definition
  /** Returns the engine's time, epoch milliseconds. */
  now(): number
  /** Advances the engine's time. */
  advance(durationMs: number): Promise<void>
  /** Sends an event of the suite. Its handlers perform `script`. */
  send(event: ConformanceEvent, script?: Script, more?: CaseSend): Promise<JobHandle>
  /** Lets the handlers and steps of a job continue whose script is `isHeld`. */
  release(jobId: string): void
  /** Returns the job's status once it has ended. */
  waitForEnd(jobId: string): Promise<JobStatus>
  /** Returns the job's status once it is in a state. */
  waitForState(jobId: string, state: string): Promise<JobStatus>
  /** Calls `read` until it returns neither `undefined` nor `false`, while time advances. Returns that value. */
  waitUntil<T>(what: string, read: () => T | Promise<T>, limitMs?: number): Promise<Exclude<T, undefined | false>>
  /** Advances time until a promise settles, and settles like it. */
  waitForSettled<T>(promise: Promise<T>): Promise<T>
  /** Returns the matching entries that the journal has now. */
  journal(filter: JournalFilter): JournalEntry[]
  /** Returns the first matching journal entry once there is one. */
  waitForEntry(filter: JournalFilter): Promise<JournalEntry>
  /** Returns the error of `attempt`. Fails if there is none, or if it has another code. */
  expectError(code: JobsError['code'], attempt: () => unknown): Promise<JobsError>
  /** Fails if something happened earlier than computed or later than tolerated. */
  expectDelay(actualMs: number, expected: DelayExpectation): void
  /** Returns the computed retry delay, raised to the engine's minimum. */
  retryDelay(computedMs: number): number
  /** Returns a duration for a handler that must outlast something of `durationMs`, even on a busy machine. */
  longerThan(durationMs: number): number
}

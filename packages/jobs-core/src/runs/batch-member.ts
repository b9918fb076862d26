import { eventRegistryOf } from '../jobs/event-registry-of.ts'
import type { Envelope } from '../events/envelope.ts'
import type { BatchEvent, BatchJobDefinition } from '../jobs/batch-job-definition.ts'
import type { EventMessage } from '../jobs/event-message.ts'
import { Attempt, type AttemptOptions, type AttemptReceiver, inScope, toStopOptions } from './attempt.ts'
import { announceAttempt } from './announce-attempt.ts'
import { checkMayStart } from './check-may-start.ts'
import { concludeAttempt } from './conclude-attempt.ts'
import type { Outcome } from '../hooks/outcome.ts'
import { leaveForAnother } from './leave-for-another.ts'
import { readEvent } from './read-event.ts'
import { StopListener, stopOutcome, type Stoppable } from './run-until-stopped.ts'
import { throwReturnedError } from './throw-returned-error.ts'
import { toOutput } from './to-output.ts'

/** An attempt to make together with others of its definition and tenant. */
export interface BatchItem {
  readonly envelope: Envelope
  readonly options: AttemptOptions
  readonly receiver: AttemptReceiver
  /** The outcome of an attempt that is not made. Default: it is made. */
  readonly left?: Outcome
}

/** The batch of a member. */
export interface MemberOwner {
  /** Called when a member has an event, or has ended before the handler. */
  memberReady(): void
  /** Called when a member was stopped. */
  memberStopped(reason: unknown): void
}

/** The attempt of one event of a batch. */
export class BatchMember implements Stoppable {
  readonly attempt: Attempt & { readonly definition: BatchJobDefinition }
  /** The event for the handler. Absent until it is read, and if it is invalid. */
  event: BatchEvent | undefined
  /** True once the run was cancelled, timed out or interrupted. */
  isStopped = false
  readonly #owner: MemberOwner
  #listener: StopListener | undefined
  #isEnded = false
  #isChecking = true
  #completed: Outcome | undefined
  #thrown: unknown
  /** The outcome of a run whose attempt is not made. No hook is called for it. */
  readonly #stoppedBefore: Outcome | undefined

  constructor(definition: BatchJobDefinition, { envelope, options, receiver, left }: BatchItem, owner: MemberOwner) {
    this.attempt = new Attempt(definition, envelope, options, receiver) as BatchMember['attempt']
    this.#owner = owner
    this.#stoppedBefore = left ?? stopOutcome(options.signal) ?? leaveForAnother(envelope, options.host)
    if (this.#stoppedBefore) this.isStopped = this.#isEnded = true
  }

  /** True once the event is read or the member has ended. */
  get isReady(): boolean {
    return this.#isEnded || this.event !== undefined
  }

  /** True until the member ends. */
  get isOpen(): boolean {
    return !this.#isEnded
  }

  /** Reports that the attempt starts. */
  announce(): void {
    if (!this.#stoppedBefore) announceAttempt(this.attempt)
  }

  /** Checks the envelope and reads the event. */
  read(): void {
    if (this.#isEnded) return
    const { definition, envelope, options } = this.attempt
    try {
      checkMayStart(this.attempt)
      this.#listen()
      const event = inScope(
        this.attempt,
        () => readEvent(envelope, definition.event, options.jobId, eventRegistryOf(definition)),
        undefined,
      )
      if (!(event instanceof Promise)) return this.#hasRead(event)
      event.then(
        (late) => this.#hasRead(late),
        (error: unknown) => this.fail(error),
      )
    } catch (error) {
      this.fail(error)
    }
  }

  /** Ends the member with what the handler returned for it. */
  complete(returned: unknown): void {
    if (this.#isEnded) return
    const { definition, host } = this.attempt
    this.#isChecking = true
    try {
      const output = toOutput(returned, definition, host.limits)
      this.#isChecking = false
      throwReturnedError(this.attempt, output)
      this.#completed = output === undefined ? { type: 'completed' } : { type: 'completed', output }
    } catch (error) {
      this.#thrown = error
    }
    this.#isEnded = true
  }

  /** Ends the member with an error, unless it has ended. */
  fail(error: unknown): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#thrown = error
    this.#owner.memberReady()
  }

  stopped(reason: unknown): void {
    if (this.isStopped) return
    this.isStopped = true
    this.fail(reason)
    this.#owner.memberStopped(reason)
  }

  /** Reports the outcome to the host, at the end of the turn. */
  conclude(problem: unknown): void {
    const { options, receiver } = this.attempt
    if (options.stopNotice) options.stopNotice.stoppable = undefined
    this.#listener?.end()
    if (this.#stoppedBefore) return receiver.ended(this.#stoppedBefore)
    const end = { completed: this.#completed, thrown: this.#thrown, isChecking: this.#isChecking }
    concludeAttempt(this.attempt, end, problem)
  }

  #hasRead(event: EventMessage): void {
    const { options, maxAttempts } = this.attempt
    if (this.#isEnded) return
    this.#isChecking = false
    this.event = { ...event, runId: options.runId, attempt: options.attempt, maxAttempts }
    this.#owner.memberReady()
  }

  #listen(): void {
    const { options, runEnd } = this.attempt
    const { stopNotice } = options
    if (stopNotice && !runEnd) stopNotice.stoppable = this
    else
      this.#listener = new StopListener(
        { ...toStopOptions(this.attempt, runEnd), timeoutMs: undefined }, // the call has the timeout
        this,
      )
  }
}

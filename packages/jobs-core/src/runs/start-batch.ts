import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { JobTimeoutError } from '../errors/job-timeout-error.ts'
import { NonRetryableError } from '../errors/non-retryable-error.ts'
import { quote } from '../errors/quote.ts'
import type { BatchContext, BatchEvent, BatchJobDefinition } from '../jobs/batch-job-definition.ts'
import { bindLogger } from '../logging/logger.ts'
import { kindOf } from '../options/kind-of.ts'
import { elapsedOf, type Timer } from '../time/clock.ts'
import { isEncoded } from '../codec/encoded.ts'
import { inScope } from './attempt.ts'
import { throughMiddleware } from '../hooks/attempt-middleware.ts'
import { type BatchItem, BatchMember, type MemberOwner } from './batch-member.ts'
import { toErrorInfo } from '../errors/error-info.ts'
import { openForAttempt } from './open-envelope.ts'
import { EndOfTurn, type TurnWaiter } from './end-of-turn.ts'
import { warnOfLongAttempt } from './warn-of-long-attempt.ts'

/**
 * Makes one attempt of each of several runs of a batch job, with one call of its handler. All are of one tenant. Each
 * gets its own outcome, when the call has ended. The options of the first also hold for the call.
 */
export function startBatch(definition: BatchJobDefinition, items: readonly BatchItem[]): void {
  if (items.some(({ envelope }) => isEncoded(envelope.payload))) return void startDecoded(definition, items)
  new Batch(definition, items).start()
}

/** Decodes the payloads of a batch. Those that cannot be decoded wait, and the call is made for the others. */
async function startDecoded(definition: BatchJobDefinition, items: readonly BatchItem[]): Promise<void> {
  const decoded = items.map(async (item) => ({ ...item, ...(await openForAttempt(item.envelope, item.options)) }))
  new Batch(definition, await Promise.all(decoded)).start()
}

/** A call of a batch handler. */
class Batch implements MemberOwner, TurnWaiter {
  readonly #definition: BatchJobDefinition
  readonly #items: readonly BatchItem[]
  readonly #members: readonly BatchMember[]
  readonly #controller = new AbortController()
  /** The members whose events the handler gets. Absent until it is called. */
  #called: readonly BatchMember[] | undefined
  #work: Promise<unknown> | undefined
  #timer: Timer | undefined
  #startedAt: number | undefined
  /** True from the end of the call or its stop on. What comes later does not count. */
  #isDecided = false
  /** True from the handler's end on, if nothing stopped it. */
  #hasReturned = false
  /** True while the events are read. A synchronous read need not look at all members. */
  #isReading = true

  constructor(definition: BatchJobDefinition, items: readonly BatchItem[]) {
    this.#definition = definition
    this.#items = items
    this.#members = items.map((item) => new BatchMember(definition, item, this))
  }

  start(): void {
    const { timeoutMs, id: definitionId } = this.#definition
    const { begunAt, host } = this.#first.options
    const { clock } = host
    try {
      this.#startedAt = begunAt ?? elapsedOf(clock)
      if (timeoutMs !== undefined) {
        this.#timer = clock.setTimer(timeoutMs, () => this.#stop(new JobTimeoutError({ definitionId, timeoutMs })))
      }
      this.#observe(this.#members.filter(({ isOpen }) => isOpen))
    } catch (error) {
      return this.#failAll(error) // the host's clock threw
    }
    for (const member of this.#members) member.announce()
    for (const member of this.#members) member.read()
    this.#isReading = false
    this.memberReady()
  }

  memberReady(): void {
    if (this.#isReading || this.#called || this.#isDecided || !this.#members.every(({ isReady }) => isReady)) return
    this.#called = this.#members.filter(({ isOpen }) => isOpen)
    if (this.#called.length === 0) return this.#decide()
    try {
      const returned = inScope(this.#called[0]!.attempt, () => this.#call(this.#called!), undefined)
      if (!(typeof returned === 'object' && returned !== null && 'then' in returned)) return this.#returned(returned)
      this.#work = Promise.resolve(returned)
      if (this.#isDecided) this.#leaveRunning() // the handler has stopped its own attempt
    } catch (error) {
      return this.#failAll(error)
    }
    this.#work.then(
      (value) => this.#returned(value),
      (error: unknown) => this.#failAll(error),
    )
  }

  /** Stops the call once no run needs it. */
  memberStopped(reason: unknown): void {
    const waited = this.#called ?? this.#members
    if (!this.#isDecided && waited.every(({ isStopped }) => isStopped)) this.#stop(reason)
  }

  turnEnded(problem?: unknown): void {
    for (const member of this.#members) member.conclude(problem)
  }

  get #first(): BatchItem {
    return this.#items[0]!
  }

  /** Starts one activity for the attempts of the batch. It ends with their outcomes. */
  #observe(members: readonly BatchMember[]): void {
    const first = members[0]?.attempt
    if (first?.host.instrument) first.observe({ batch: members.map(({ attempt }) => attempt) })
  }

  #call(called: readonly BatchMember[]): unknown {
    const events = called.map(({ event }) => event!)
    const { attempt } = called[0]!
    const { signal } = this.#controller
    const { logger } = attempt.host
    const { id: definitionId } = this.#definition
    const { tenantId } = attempt.envelope
    const context: BatchContext = {
      tenantId,
      logger: bindLogger(logger, { tenantId, definitionId, events: events.length }),
      signal,
      fail: (event, error) => this.#fail(event, error),
    }
    const handle = (): unknown => this.#definition.handler([...events], context)
    if (!attempt.middleware) return handle()
    const batch = Object.freeze(called.map((member) => Object.freeze({ ...member.attempt.info })))
    return throughMiddleware(attempt, { work: 'handler', signal, batch }, handle)
  }

  #fail(event: BatchEvent, error: unknown): void {
    const member = this.#called?.find((one) => one.event!.id === (event as Partial<BatchEvent> | null)?.id)
    if (member && !this.#hasReturned) return member.fail(error)
    if (member) {
      const message =
        '`context.fail` was called after the handler had returned, so it has no effect. Await all work in the handler.'
      return member.attempt.log('error', message, { error: toErrorInfo(error) })
    }
    const problem = `is ${kindOf(event)}, not one of the ${this.#called?.length ?? 0} events of the batch`
    const remedy = 'Pass an element of `events`, and the error second: `context.fail(event, error)`.'
    throw new InvalidOptionError({ option: 'event', problem, remedy })
  }

  #returned(value: unknown): void {
    if (this.#isDecided) return
    this.#hasReturned = true
    const called = this.#called!
    if (value !== undefined && (!Array.isArray(value) || value.length !== called.length)) {
      const problem = Array.isArray(value)
        ? `an array of ${value.length} for a batch of ${called.length}`
        : kindOf(value)
      const remedy = 'Return one output for each event, in order, or nothing.'
      return this.#failAll(new NonRetryableError(`${quote(this.#definition.id)} returned ${problem}. ${remedy}`))
    }
    for (const [index, member] of called.entries()) member.complete(value?.[index])
    this.#decide()
  }

  #failAll(error: unknown): void {
    if (this.#isDecided) return
    this.#called ??= [] // so that the last member that fails does not call the handler
    for (const member of this.#members) member.fail(error)
    this.#decide()
  }

  #stop(reason: unknown): void {
    if (this.#isDecided) return
    this.#controller.abort(reason)
    this.#leaveRunning()
    this.#failAll(reason)
  }

  #leaveRunning(): void {
    if (this.#work) this.#first.options.onLeftRunning?.(this.#work)
  }

  #decide(): void {
    if (this.#isDecided) return
    this.#isDecided = true
    this.#timer?.cancel()
    const { clock, endOfTurn } = this.#first.options.host
    let elapsedMs: number
    // A handler that blocked the event loop may have delayed a cancel, which must arrive before a result is reported.
    try {
      elapsedMs = (endOfTurn ?? new EndOfTurn(clock)).add(this)
    } catch (error) {
      return this.turnEnded(error)
    }
    if (this.#startedAt !== undefined) warnOfLongAttempt(this.#members[0]!.attempt, elapsedMs - this.#startedAt)
  }
}

import type { AttemptInfo, Duration, JobClient, JobHooks, LoggerLike, Pause } from '@cgk-platform/jobs-core'
import {
  maxDurationMs,
  type Outcome,
  toMilliseconds,
  type ClientOptions,
  createClient,
} from '@cgk-platform/jobs-core/provider'
import { type SendInfo, runWithClient } from '@cgk-platform/jobs-core/scheduling'

import type { LocalConfig } from '../provider/local-config.ts'
import { createLocalProvider, type LocalProvider } from '../provider/local-provider.ts'
import { imitate, type ImitatedEngine } from './imitate.ts'
import { createSettle } from './settle.ts'
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts'

/** The options of `createTestEngine`. */
export interface TestEngineOptions extends Omit<ClientOptions, 'clock'> {
  /** Start of the virtual time. Default: January 1, 2026, 00:00 UTC, so that test results do not depend on the date. */
  startAt?: Date | undefined
  /**
   * The engine to imitate, such as `'inngest'`, or a provider with its settings: what it refuses is refused, with the
   * same error, and its limits apply. Its package must be installed; it needs no account. Not imitated: its delays and
   * order, the total size of a workflow's results, and what follows a crash or a deploy. Default: the local engine.
   */
  like?: ImitatedEngine | undefined
  /** The options of the local engine. Default: none. */
  config?: LocalConfig | undefined
  /** Receives the engine's log. Default: nothing is logged. */
  logger?: LoggerLike | undefined
  /**
   * Random number from 0 (inclusive) to 1 (exclusive), for jitter. Default: always 0, so that delays have no jitter.
   */
  random?: (() => number) | undefined
  /**
   * Maximum time to wait for a handler that awaits real I/O, such as a file or a socket, before the virtual time
   * advances. In real milliseconds. Default 1,000.
   */
  maxRealWaitMs?: number | undefined
}

/** An attempt that has ended. */
export interface AttemptRecord extends AttemptInfo {
  /** When it began, in virtual time. */
  readonly at: Date
  /** How it ended. */
  readonly outcome: Outcome
}

/** A sent event. */
export interface SentRecord {
  /** The job's id. */
  readonly id: string
  /** The name of the event. */
  readonly event: string
  /** The tenant of the event. */
  readonly tenantId: string
  /** A copy of the payload as it was sent. */
  readonly payload: unknown
  /** Whether no job was created because the idempotency key was already in use. */
  readonly deduplicated: boolean
}

/** A local engine on a virtual clock, isolated from other tests. Delays, retries and schedules take no real time. */
export interface TestEngine {
  /** Sends to this engine and reads from it. */
  readonly client: JobClient
  /** All sent events, by the test or by handlers, oldest first. */
  readonly sent: readonly SentRecord[]
  /** All attempts that have ended, oldest first. */
  readonly attempts: readonly AttemptRecord[]
  /** Returns the virtual time. */
  now(): Date
  /** Advances the virtual time. All work that comes due runs at its own time, in order. */
  advance(duration: number | Duration): Promise<void>
  /** Runs the work that is due now, without advancing the time. */
  settle(): Promise<void>
  /**
   * Advances the time until every job has ended, including delays and retries. Throws if that never happens: a job
   * sends itself again endlessly, or a handler awaits something real for longer than `maxRealWaitMs`.
   */
  runUntilIdle(): Promise<void>
  /**
   * Runs your code, such as a route, so that `sendJob` and related functions use this engine. Handlers use it
   * automatically.
   */
  run<T>(code: () => T): T
  /** Closes the engine at once and aborts the running handlers. */
  close(): Promise<void>
}

const silent = (): void => undefined
const silentLogger: LoggerLike = { debug: silent, info: silent, warn: silent, error: silent }
const defaultStart = Date.UTC(2026, 0, 1)
/** Number of timers after which `runUntilIdle` assumes that new work never stops. */
const maxSteps = 100_000
/** Number of restarts of a run without a timer between them after which its loop is taken to have no end. */
const maxRestarts = 1000

/**
 * Creates an engine for a test. Runs the given `jobs`, or all defined jobs if omitted. Logs nothing unless you pass a
 * `logger`.
 *
 * @throws {ProviderNotChosenError} if `like` names no engine of this process. If its package is missing, the first use
 *   of the client throws a `ProviderNotInstalledError`.
 */
export function createTestEngine(options: TestEngineOptions = {}): TestEngine {
  const {
    startAt,
    like,
    config,
    random = () => 0,
    maxRealWaitMs = 1000,
    hooks,
    logger = silentLogger,
    ...clientOptions
  } = options
  const clock = createVirtualClock(startAt?.getTime() ?? defaultStart)
  // Retain ended jobs of any age: a test that advances a week may still read a job that ended on the first day.
  const retention = { age: maxDurationMs, ...config?.retention }
  const provider = createLocalProvider({ store: 'memory', ...config, retention }, { clock, random, ownTime: true })
  const sent: SentRecord[] = []
  const attempts: AttemptRecord[] = []
  const imitating = like === undefined ? undefined : imitate(provider, like)
  const client = createClient(
    { load: () => imitating ?? provider },
    {
      ...clientOptions,
      logger,
      clock,
      hooks: recordingHooks(hooks, sent, attempts, clock),
    },
  )
  let firedTimers = 0
  const checkRestarts = createRestartCheck(attempts)
  const settle = createSettle({
    provider,
    imitating,
    clock,
    maxRealWaitMs,
    progress() {
      checkRestarts(firedTimers)
      return attempts.length + firedTimers
    },
  })

  const step = (until: number): boolean => {
    const hasFired = clock.step(until)
    if (hasFired) firedTimers++
    return hasFired
  }

  const moveTo = async (until: number): Promise<void> => {
    await settle()
    while (step(until)) await settle()
    await settle()
  }

  return {
    client,
    sent,
    attempts,
    now: () => new Date(clock.now()),
    async advance(duration) {
      await client.capabilities() // opens the engine, so that cron jobs tick without a send
      await moveTo(clock.now() + toMilliseconds(duration, 'duration'))
    },
    settle,
    async runUntilIdle() {
      await settle()
      let steps = 0
      for (let at = clock.nextTimerAt(); at !== undefined && isOpen(provider); at = clock.nextTimerAt()) {
        if (++steps > maxSteps) throw stillPaused(provider, await client.listPauses()) ?? neverIdle(provider)
        step(at)
        await settle()
      }
      if (!isOpen(provider)) return
      throw stillPaused(provider, await client.listPauses()) ?? stillWaiting(provider, maxRealWaitMs)
    },
    run: (code) => runWithClient(client, code),
    close: () => client.close({ timeout: 0 }),
  }
}

function stillPaused({ engine }: LocalProvider, pauses: readonly Pause[]): Error | undefined {
  if (pauses.length === 0) return undefined
  const names = pauses.map(({ definitionId, tenantId }) => `\`${definitionId ?? tenantId}\``).join(', ')
  return new Error(
    `\`runUntilIdle\` stopped with ${openJobs(engine)}, and ${names} ${pauses.length === 1 ? 'is' : 'are'} paused. ` +
      'Call `resumeJobs` first, or use `settle()` or `advance(duration)` instead.',
  )
}

function stillWaiting({ engine }: LocalProvider, maxRealWaitMs: number): Error {
  return new Error(
    `\`runUntilIdle\` stopped with ${openJobs(engine)}: a handler still awaits something real ` +
      `after \`maxRealWaitMs\` (${maxRealWaitMs} ms). Raise \`maxRealWaitMs\`, or set a \`timeout\` on the job.`,
  )
}

function neverIdle({ engine }: LocalProvider): Error {
  return new Error(
    `\`runUntilIdle\` stopped after ${maxSteps} timers with ${openJobs(engine)}: new work keeps ` +
      'coming due. Use `advance(duration)` instead.',
  )
}

/** Creates a check of the attempts since the last call. It throws if a run begins again and again at one time. */
function createRestartCheck(attempts: readonly AttemptRecord[]): (firedTimers: number) => void {
  const restarts = new Map<string, number>()
  let checked = 0
  let timers = 0
  return (firedTimers) => {
    if (firedTimers !== timers) restarts.clear()
    timers = firedTimers
    for (; checked < attempts.length; checked++) {
      const { outcome, runId, definitionId } = attempts[checked]!
      if (outcome.type !== 'restarted') continue
      restarts.set(runId, (restarts.get(runId) ?? 0) + 1)
      if (restarts.get(runId)! > maxRestarts) throw neverEnding(definitionId)
    }
  }
}

function neverEnding(definitionId: string): Error {
  return new Error(
    `\`${definitionId}\` began the same run again ${maxRestarts} times without a wait: its loop has no end. ` +
      'Let the code return, or wait before `step.restart`.',
  )
}

function openJobs(engine: LocalProvider['engine']): string {
  const count = engine?.openJobs ?? 0
  return count === 1 ? '1 job that has not ended' : `${count} jobs that have not ended`
}

function isOpen({ engine }: LocalProvider): boolean {
  return engine !== undefined && engine.openJobs > 0
}

function recordingHooks(
  hooks: JobHooks | undefined,
  sent: SentRecord[],
  attempts: AttemptRecord[],
  clock: VirtualClock,
): JobHooks {
  return {
    // Not spread, because the hooks of a class instance are on its prototype.
    onAttemptStart: (attempt) => hooks?.onAttemptStart?.(attempt),
    onRunEnd: (run) => hooks?.onRunEnd?.(run),
    onSend(send: SendInfo) {
      const { event, tenantId, jobId, deduplicated = false, envelope } = send
      if (jobId !== undefined)
        sent.push({ id: jobId, event, tenantId, payload: structuredClone(envelope.payload), deduplicated })
      return hooks?.onSend?.(send)
    },
    onAttemptEnd(attempt) {
      const { durationMs, ...record } = attempt
      attempts.push({ ...record, at: new Date(clock.now() - durationMs) })
      return hooks?.onAttemptEnd?.(attempt)
    },
  }
}

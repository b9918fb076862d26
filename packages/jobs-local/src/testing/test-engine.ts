import type { AttemptInfo, Duration, JobClient, JobHooks, LoggerLike } from '@cgk-platform/jobs-core'
import {
  type ClientOptions,
  type SendInfo,
  createClient,
  maxDurationMs,
  type Outcome,
  runWithClient,
  toMilliseconds,
} from '@cgk-platform/jobs-core/provider'

import type { LocalConfig } from '../local-config.ts'
import { createLocalProvider, type LocalProvider } from '../local-provider.ts'
import { createSettle } from './settle.ts'
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts'

/** How a test engine is set up. */
export interface TestEngineOptions extends Omit<ClientOptions, 'clock'> {
  /** Where its time begins. Default: 1 January 2026, 00:00 UTC, so that tests read the same every day. */
  startAt?: Date | undefined
  /** That of the local engine. Default: none. */
  config?: LocalConfig | undefined
  /** For jitter, from 0 up to 1. Default: always 0, so that delays are what the policy says. */
  random?: (() => number) | undefined
  /** How long a handler that waits for something real (a file, a socket) is waited for before time goes on, in real ms. Default 1,000. */
  patienceMs?: number | undefined
}

/** An attempt that was made. */
export interface AttemptRecord extends AttemptInfo {
  /** When it began, by the kit's clock. */
  readonly at: Date
  /** How it ended. */
  readonly outcome: Outcome
}

/** An event that was sent. */
export interface SentRecord {
  /** The job's id. */
  readonly id: string
  /** The event that was sent. */
  readonly event: string
  /** The tenant of the event. */
  readonly tenantId: string
  /** As it was sent. */
  readonly payload: unknown
  /** True where its idempotency key was taken. */
  readonly deduplicated: boolean
}

/** The local engine on a clock of its own: nothing waits for real, and every test has an engine to itself. */
export interface TestEngine {
  /** Sends to this engine and reads from it. */
  readonly client: JobClient
  /** Every event that was sent, by the test or by handlers, oldest first. */
  readonly sent: readonly SentRecord[]
  /** Every attempt that ended, oldest first. */
  readonly attempts: readonly AttemptRecord[]
  /** The engine's time. */
  now(): Date
  /** Lets time go by: everything that is due meanwhile runs at its own instant, in order. */
  advance(duration: number | Duration): Promise<void>
  /** Runs what is due now, and moves no time. */
  settle(): Promise<void>
  /**
   * Lets time go by until every job has ended, whatever its delays and retries. Throws where that goes on and on: a job
   * sends itself again for ever, or a handler waits for something real for longer than the patience.
   */
  runUntilIdle(): Promise<void>
  /** Runs code whose `sendJob` and siblings use this engine: a route of yours, a service. Handlers do so anyway. */
  run<T>(code: () => T): T
  /** Ends the engine at once; handlers that still run are aborted. */
  close(): Promise<void>
}

const silent = (): void => undefined
const silentLogger: LoggerLike = { debug: silent, info: silent, warn: silent, error: silent }
const defaultStart = Date.UTC(2026, 0, 1)
/** After so many timers it is not patience that is missing. */
const mostSteps = 100_000

/** Makes an engine for a test. Jobs are those given, or all that were defined. Nothing is logged unless a logger is given. */
export function createTestEngine(options: TestEngineOptions = {}): TestEngine {
  const {
    startAt,
    config,
    random = () => 0,
    patienceMs = 1000,
    hooks,
    logger = silentLogger,
    ...clientOptions
  } = options
  const clock = createVirtualClock(startAt?.getTime() ?? defaultStart)
  // A test that lets a week go by still wants to look at what ended on its first day.
  const retention = { age: maxDurationMs, ...config?.retention }
  const provider = createLocalProvider({ store: 'memory', ...config, retention }, { clock, random, ownTime: true })
  const sent: SentRecord[] = []
  const attempts: AttemptRecord[] = []
  const client = createClient(
    { load: () => provider },
    {
      ...clientOptions,
      logger,
      clock,
      hooks: recordingHooks(hooks, sent, attempts, clock),
    },
  )
  const settle = createSettle({ provider, clock, patienceMs, endedAttempts: () => attempts.length })

  const moveTo = async (until: number): Promise<void> => {
    await settle()
    while (clock.step(until)) await settle()
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
        if (++steps > mostSteps) throw neverIdle(provider)
        clock.step(at)
        await settle()
      }
      if (isOpen(provider)) throw stillWaiting(provider, patienceMs)
    },
    run: (code) => runWithClient(client, code),
    close: () => client.close({ timeout: 0 }),
  }
}

function stillWaiting({ engine }: LocalProvider, patienceMs: number): Error {
  return new Error(
    `\`runUntilIdle\` stopped with ${engine?.openJobs} jobs that have not ended: a handler still waits for something real, ` +
      `for longer than \`patienceMs\` (${patienceMs} ms), or for ever. Raise it, or give the job a \`timeout\`.`,
  )
}

function neverIdle({ engine }: LocalProvider): Error {
  return new Error(
    `\`runUntilIdle\` gave up after ${mostSteps} steps of time: ${engine?.openJobs} jobs have not ended, and more keeps ` +
      'coming due. Let a certain time go by instead: `advance(duration)`.',
  )
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
    // One by one, since a class has its hooks on its prototype.
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

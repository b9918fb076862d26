import type { LoggerLike } from '@cgk-platform/jobs-core'
import {
  bindLogger,
  type Clock,
  type StepRecord,
  type StepRecordStore,
  toErrorInfo,
} from '@cgk-platform/jobs-core/provider'

import { createEventToken, type EventTokenDependencies } from './event-token.ts'
import { openWaits } from './open-waits.ts'
import { type PollInterval, pollDelayMs } from './poll-delay-ms.ts'
import type { RecordStore } from './record-store.ts'
import type { ReplayGrace } from './replay-grace.ts'
import type { WaitPoll } from './resolve-waits.ts'

/** The services that the step records of a run need. */
export interface StepRecordsDependencies extends EventTokenDependencies {
  readonly store: RecordStore
  readonly clock: Clock
  readonly logger: LoggerLike
  readonly replayGrace: ReplayGrace
  readonly resolveWaits: (poll: WaitPoll) => Promise<unknown>
  readonly lookIntoPast: (step: StepRecord) => Promise<void>
  readonly lookBeforeTimeout: (step: StepRecord) => Promise<void>
}

/** Interval of checks for wait results while a step runs. */
const pollInterval: PollInterval = { share: 1 / 30, minMs: 1000, maxMs: 30_000 }

/** Step records that can receive wait results as a replay ends. */
export interface PolledStepRecords extends StepRecordStore {
  /** True if the record has a wait result that the last replay did not receive. */
  hasUndelivered(): boolean
}

/** Creates the step records that core's workflow engine works on. */
export function createStepRecords(dependencies: StepRecordsDependencies): PolledStepRecords {
  const { store, clock, replayGrace, resolveWaits, lookIntoPast, lookBeforeTimeout } = dependencies
  const { record } = store
  let hasUndelivered = false
  return {
    record,
    async save(step) {
      // Create the token first, so that every stored wait has one.
      if (step.kind === 'waitForEvent' && step.state === 'waiting' && step.handle === undefined) {
        step.handle = await createEventToken(step, dependencies)
        if (step.since !== undefined) await lookIntoPast(step)
      }
      await store.save(step)
    },
    noteStarted: () => store.scheduleSave(),
    saveRecord: () => store.save(),
    beforeTimeout: (step) => lookBeforeTimeout(step),
    get graceMs() {
      return replayGrace.graceMs
    },
    onLateCall: (afterMs) => replayGrace.recordLateCall(afterMs),
    hasUndelivered: () => hasUndelivered,
    onWaitResolved(deliver) {
      /** Results are saved before they are delivered, so that a crash does not change what the code has seen. */
      const undelivered: StepRecord[] = []
      const startedAt = clock.now()
      let isOver = false
      let timer = clock.setTimer(pollInterval.minMs, () => void poll())
      const poll = async (): Promise<void> => {
        // A result that arrives after the replay has ended is left to the next check, so the code does not miss it.
        const onResolved = (step: StepRecord): void => void undelivered.push(step)
        if (openWaits(record).length > 0) await resolveWaits({ isOver: () => isOver, onResolved }).catch(logFailure)
        if (isOver) return
        for (const step of undelivered.splice(0)) deliver(step)
        timer = clock.setTimer(pollDelayMs(clock.now() - startedAt, pollInterval), () => void poll())
      }
      return () => {
        isOver = true
        hasUndelivered = undelivered.length > 0
        timer.cancel()
      }
    },
  }

  function logFailure(error: unknown): void {
    const message = 'Could not read or save the wait results of a workflow. The next check will retry.'
    bindLogger(dependencies.logger, {}).warn(message, { error: toErrorInfo(error) })
  }
}

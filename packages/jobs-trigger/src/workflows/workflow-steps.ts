import type { LoggerLike } from '@cgk-platform/jobs-core'
import {
  bindLogger,
  type Clock,
  type StepRecord,
  type StepRecordStore,
  toErrorInfo,
} from '@cgk-platform/jobs-core/provider'

import { createEventToken, type EventTokenParts } from './event-token.ts'
import type { LateCalls } from './late-calls.ts'
import { openWaits } from './open-waits.ts'
import type { Look } from './read-answers.ts'
import type { RecordKeeper } from './record-keeper.ts'

/** What the steps of a run stand on. */
export interface StepParts extends EventTokenParts {
  readonly keeper: RecordKeeper
  readonly clock: Clock
  readonly logger: LoggerLike
  readonly lateCalls: LateCalls
  readonly readAnswers: (look: Look) => Promise<unknown>
}

/** While steps are under way it is looked so often whether a wait beside them was answered: less often, as it lasts. */
const lookEveryMs = { share: 1 / 30, least: 1000, most: 30_000 }

/** Records whose answers may come as the code is left. */
export interface AnsweredRecords extends StepRecordStore {
  /** True where the last pass was left with an answer in the record that it was not told of. */
  hasUntold(): boolean
}

/** The records that core's steps are done with. */
export function createStepRecords(parts: StepParts): AnsweredRecords {
  const { keeper, clock, lateCalls, readAnswers } = parts
  const { record } = keeper
  let hasUntold = false
  return {
    record,
    async save(step) {
      // Before it is kept, so that a wait which is kept has a token.
      if (step.kind === 'waitForEvent' && step.state === 'waiting' && step.handle === undefined) {
        step.handle = await createEventToken(step, parts)
      }
      await keeper.save(step)
    },
    noteStarted: () => keeper.note(),
    saveFailure: () => keeper.save(),
    get graceMs() {
      return lateCalls.graceMs
    },
    onLateCall: (afterMs) => lateCalls.note(afterMs),
    hasUntold: () => hasUntold,
    onWaitResolved(tell) {
      /** Answered and not told: they are kept first, so that a crash does not change what the code has seen. */
      const untold: StepRecord[] = []
      const startedAt = clock.now()
      let isOver = false
      let timer = clock.setTimer(lookEveryMs.least, () => void look())
      const look = async (): Promise<void> => {
        // What comes when the pass is over is left to the next look: nobody would notice that it is in the record.
        const answered = (step: StepRecord): void => void untold.push(step)
        if (openWaits(record).length > 0) await readAnswers({ isOver: () => isOver, answered }).catch(missed)
        if (isOver) return
        for (const step of untold.splice(0)) tell(step)
        const { share, least, most } = lookEveryMs
        const afterMs = Math.min(Math.max((clock.now() - startedAt) * share, least), most)
        timer = clock.setTimer(afterMs, () => void look())
      }
      return () => {
        isOver = true
        hasUntold = untold.length > 0
        timer.cancel()
      }
    },
  }

  function missed(error: unknown): void {
    const message = 'Answers to the waits of a workflow could not be read or kept; they are looked for again.'
    bindLogger(parts.logger, {}).warn(message, { error: toErrorInfo(error) })
  }
}

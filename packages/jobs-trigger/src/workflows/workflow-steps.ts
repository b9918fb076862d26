import {
  bindLogger,
  type Clock,
  type LoggerLike,
  type StepRecord,
  type StepRecords,
  toErrorInfo,
} from '@cgk-platform/jobs-core'

import type { TriggerApi } from '../api/trigger-api.ts'
import { awaitTagOf, eventWaitKey } from '../wire/wait-keys.ts'
import { openWaits } from './open-waits.ts'
import type { RecordKeeper } from './record-keeper.ts'

/** What the steps of a run stand on. */
export interface StepParts {
  readonly keeper: RecordKeeper
  readonly tenantId: string
  readonly api: Pick<TriggerApi, 'tokens'>
  readonly clock: Clock
  readonly logger: LoggerLike
  readonly readAnswers: () => Promise<readonly StepRecord[]>
}

/** While steps are under way it is looked so often whether a wait beside them was answered: less often, as it lasts. */
const lookEveryMs = { share: 1 / 30, least: 1000, most: 30_000 }

/** The records that core's steps are done with. */
export function createStepRecords({ keeper, tenantId, api, clock, logger, readAnswers }: StepParts): StepRecords {
  const { record } = keeper
  return {
    record,
    async save(step) {
      // Before it is kept, so that a wait which is kept has a token.
      if (step.kind === 'waitForEvent' && step.state === 'waiting' && step.handle === undefined) {
        step.handle = await createToken(step)
      }
      await keeper.save(step)
    },
    note: () => keeper.note(),
    saveFailure: () => keeper.save(),
    onAnswer(listener) {
      const startedAt = clock.now()
      let isOver = false
      let timer = clock.setTimer(lookEveryMs.least, () => void look())
      const look = async (): Promise<void> => {
        const answered = openWaits(record).length === 0 ? [] : await readAnswers().catch(missed)
        if (isOver) return
        for (const step of answered) listener(step)
        const { share, least, most } = lookEveryMs
        const afterMs = Math.min(Math.max((clock.now() - startedAt) * share, least), most)
        timer = clock.setTimer(afterMs, () => void look())
      }
      return () => {
        isOver = true
        timer.cancel()
      }
    },
  }

  async function createToken({ key, event = '', match, startedAt, until = startedAt }: StepRecord): Promise<string> {
    return api.tokens.create(`for the wait \`${key}\``, {
      timeoutMs: until - clock.now(),
      tag: await awaitTagOf(event, tenantId, match),
      idempotencyKey: eventWaitKey({ origin: record.origin, startedAt }, key),
    })
  }

  function missed(error: unknown): readonly StepRecord[] {
    bindLogger(logger, {}).warn('Answers to the waits of a workflow could not be read; they are looked for again.', {
      error: toErrorInfo(error),
    })
    return []
  }
}

import { expect, test, vi } from 'vitest'

import { type AttemptSetting, createAttemptKit, orderEnvelope, orderJob } from '../../test/kit/attempt-kit.ts'
import { batchJob, createBatchKit } from '../../test/kit/batch-kit.ts'
import type { JobHooks } from '../hooks/hooks.ts'

const minuteMs = 60_000

test.each([
  ['a requirement', { requires: ['later'] }, '`later`'],
  ['a version', { v: 2 }, '`envelope v2`'],
])(
  'an attempt whose envelope has %s that is not understood is made later, and calls nothing',
  async (_, more, name) => {
    const kit = createAttemptKit()
    const handler = vi.fn<() => void>()
    const onAttemptStart = vi.fn<NonNullable<JobHooks['onAttemptStart']>>()
    const onFailure = vi.fn<() => void>()
    const definition = orderJob(handler, { onFailure, retry: { maxAttempts: 1 } })
    const setting: AttemptSetting = { hooks: { onAttemptStart } }
    const sentAt = kit.clock.now()
    for (const attempt of [1, 2]) {
      const outcome = await kit.run(definition, orderEnvelope({ sentAt, ...more }), { ...setting, attempt })
      expect(outcome).toEqual({ type: 'interrupted', againAt: sentAt + minuteMs })
    }
    for (const called of [handler, onAttemptStart, onFailure]) expect(called).not.toHaveBeenCalled()
    const warnings = kit.lines.filter(({ message }) => message.includes(name))
    expect(warnings.map(({ level }) => level)).toEqual(['warn'])
  },
)

test('the next look is after as long as the job has waited, within limits', async () => {
  const kit = createAttemptKit()
  const definition = orderJob(() => undefined)
  const waitAfter = async (waitedMs: number): Promise<number> => {
    const now = kit.clock.now()
    const envelope = orderEnvelope({ sentAt: 0, runAt: now - waitedMs, requires: ['later'] })
    const outcome = await kit.run(definition, envelope)
    return outcome.type === 'interrupted' ? outcome.againAt! - now : Number.NaN
  }
  expect(await waitAfter(0)).toBe(minuteMs)
  expect(await waitAfter(3 * minuteMs)).toBe(3 * minuteMs)
  expect(await waitAfter(60 * minuteMs)).toBe(10 * minuteMs)
})

test('a batch runs without the event that is not understood', async () => {
  const kit = createBatchKit()
  const got: string[] = []
  const outcomes = await kit.run(
    batchJob((events) => void got.push(...events.map(({ id }) => id))),
    [{ envelope: { requires: ['later'] } }, {}],
  )
  expect(outcomes.map(({ type }) => type)).toEqual(['interrupted', 'completed'])
  expect(got).toEqual(['job_2'])
})

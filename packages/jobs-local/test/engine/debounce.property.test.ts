import { defineJob } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { createTestEngine } from '../../src/testing/index.ts'
import { DebounceModel, type ModelJob, unitMs } from '../kit/debounce-model.ts'
import { createTemporaryFile } from '../kit/temporary-file.ts'

const units = (max: number) => fc.nat(max).map((count) => count * unitMs)

const send = fc.record({
  tenantId: fc.constantFrom('acme', 'globex'),
  key: fc.constantFrom(undefined, 'a', 'b', ''),
  delayMs: fc.oneof(fc.constant(0), units(8)),
})
const step = fc.oneof(
  { weight: 4, arbitrary: send.map((sent) => ({ sent })) },
  { weight: 3, arbitrary: units(7).map((passMs) => ({ passMs })) },
  { weight: 1, arbitrary: fc.nat(100).map((cancelled) => ({ cancelled })) },
)
type Step = {
  sent?: { tenantId: string; key: string | undefined; delayMs: number }
  passMs?: number
  cancelled?: number
}

const plan = fc.record({
  periodMs: units(3).map((ms) => ms + 1000),
  extraMs: fc.option(units(6), { nil: undefined }),
  steps: fc.array(step as fc.Arbitrary<Step>, { minLength: 1, maxLength: 40 }),
})

test.each([
  ['memory', 150],
  ['sqlite', 60],
] as const)('debounced sends behave like the model (%s)', async (store, numRuns) => {
  await fc.assert(
    fc.asyncProperty(plan, async ({ periodMs, extraMs, steps }) => {
      const maxWaitMs = extraMs === undefined ? undefined : periodMs + extraMs
      const file = store === 'sqlite' ? createTemporaryFile('memory') : undefined
      const job = defineJob({
        id: 'work',
        event: 'work.requested',
        debounce: { period: periodMs, key: 'data.key', maxWait: maxWaitMs },
        handler: () => undefined,
      })
      const engine = createTestEngine({ jobs: [job], config: { store, path: file?.path } })
      const startMs = engine.now().getTime()
      const model = new DebounceModel({ periodMs, maxWaitMs })
      const jobs = new Map<ModelJob, string>()
      try {
        for (const { sent, passMs, cancelled } of steps) {
          if (sent) {
            const { tenantId, key, delayMs } = sent
            const options = delayMs === 0 ? {} : { delay: delayMs }
            const { id } = await engine.client.sendJob('work.requested', { tenantId, data: { key } }, options)
            await engine.settle()
            jobs.set(model.send(`${tenantId} ${key === undefined ? 'none' : `=${key}`}`, delayMs), id)
          }
          if (passMs !== undefined) {
            await engine.advance(passMs)
            model.advance(passMs)
          }
          const chosen = cancelled === undefined ? undefined : [...jobs.entries()].at(cancelled % jobs.size || 0)
          if (chosen) {
            await engine.client.cancelJob(chosen[1])
            model.cancel(chosen[0])
          }
        }
        await engine.runUntilIdle()
        model.advance(20_000)
        const expected = [...jobs].map(([{ state, supersededBy, startedAt }, id]) => ({
          id,
          state,
          supersededBy: supersededBy && jobs.get(supersededBy),
          startedAt,
        }))
        const actual = await Promise.all(
          [...jobs.values()].map(async (id) => {
            const { state, runs, startedAt } = await engine.client.getJobStatus(id)
            const { supersededBy } = runs[0] ?? {}
            return { id, state, supersededBy, startedAt: startedAt && startedAt.getTime() - startMs }
          }),
        )
        expect(actual).toEqual(expected)
        expect(engine.attempts).toHaveLength(expected.filter(({ state }) => state === 'completed').length)
      } finally {
        await engine.close()
        file?.remove()
      }
    }),
    { numRuns },
  )
})

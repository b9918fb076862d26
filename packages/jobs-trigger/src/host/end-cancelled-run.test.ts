import { afterEach, describe, expect, test, vi } from 'vitest'

import { envelopeOf } from '../../test/kit/envelope-of.ts'
import { createFakeEngine } from '../../test/kit/fake-engine.ts'
import { openWorkJob, workPayload, workTaskId } from '../../test/kit/open-work-job.ts'
import { cancelMark } from '../wire/cancel-mark.ts'

afterEach(() => vi.unstubAllGlobals())

const failed = { definition: 'work', attempt: 1, maxAttempts: 3, startedAt: 1, retryAt: 2 }

describe('a run that Trigger.dev retries although it was cancelled', () => {
  test.each([
    ["an event's run", 'event-work__asked', { envelope: envelopeOf() }],
    ["a definition's run", workTaskId, workPayload],
  ])('is cancelled again, without a call of the handler: %s', async (_, taskId, payload) => {
    const handler = vi.fn<() => void>()
    const engine = createFakeEngine()
    const { attempt } = await openWorkJob({ handler }, { engine })
    const metadata = { job: failed, ...cancelMark }
    const result = await attempt(taskId, { attempt: 2, payload, metadata })
    expect(handler).not.toHaveBeenCalled()
    expect(engine.cancelled).toEqual(['run_1'])
    expect(result).toMatchObject({ ok: false, metadata })
  })

  test('starts no runs', async () => {
    const engine = createFakeEngine()
    const { attempt } = await openWorkJob({ concurrency: 2 }, { engine })
    await attempt('event-work__asked', { attempt: 2, payload: { envelope: envelopeOf() }, metadata: cancelMark })
    expect([engine.runs, engine.cancelled]).toEqual([[], ['run_1']])
  })
})

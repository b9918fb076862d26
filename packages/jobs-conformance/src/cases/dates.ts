import assert from 'node:assert/strict'

import { createJobId } from '@cgk-platform/jobs-core/provider'

import { casesOf } from '../cases-of.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { recordedPayload } from '../journal.ts'
import { lastRun, sendProgram, waitForStepState } from '../workflow-tools.ts'

/** Dates that ISO strings write in several ways, with a text that looks like one. */
const dated = {
  dueAt: new Date('2026-03-01T12:00:00.001Z'),
  lines: [{ addedAt: new Date(0) }, { addedAt: new Date(-8_640_000_000_000_000) }],
  byName: { '': new Date(8_640_000_000_000_000), $dates: null },
  text: '2026-03-01T12:00:00.001Z',
}
const paths = ['byName.', 'dueAt', 'lines.0.addedAt', 'lines.1.addedAt']
const asJson = JSON.parse(JSON.stringify(dated)) as typeof dated

/** Cases: dates in the payload of an event that declares them. */
export const dateCases: readonly ConformanceCase[] = casesOf(rules.wire, [
  {
    id: 'dates-arrive-as-dates',
    title: 'each attempt of a job gets the dates of an event that declares them, as they were sent',
    async run(t) {
      const script = { changesPayload: true, failure: { as: 'error', attempts: 1 } } as const
      const { id } = await t.send('conformance.dated', script, { payload: dated })
      assert.equal((await t.waitForEnd(id)).state, 'completed')
      const attempts = t.journal({ jobId: id, kind: 'started' })
      assert.equal(attempts.length, 2)
      for (const attempt of attempts) {
        assert.deepEqual(attempt.details['datePaths'], paths)
        assert.deepEqual(recordedPayload(attempt), { tenantId: t.tenantId, ...asJson })
      }
    },
  },
  {
    id: 'dates-of-an-awaited-event',
    title: 'a workflow gets the dates of an event that it waits for',
    requiredFeatures: ['workflows', 'status.steps'],
    async run(t) {
      const event = 'conformance.dated'
      const { id } = await sendProgram(t, [{ do: 'wait', id: 'dated', event, timeoutMs: 3_600_000 }])
      await waitForStepState(t, id, 'dated', 'waiting')
      await t.send(event, undefined, { payload: dated })
      const [received] = lastRun(await t.waitForEnd(id)).output as [{ payload: unknown; datePaths: unknown }]
      assert.deepEqual(received.datePaths, paths)
      assert.deepEqual(received.payload, { tenantId: t.tenantId, ...asJson })
    },
  },
  {
    id: 'wrong-date-of-another-producer',
    title: 'a date that another producer has written wrongly fails the run before the handler, with its path',
    requiredEquipment: ['inject'],
    async run(t) {
      const payload = { tenantId: t.tenantId, lines: [{ addedAt: { $date: 'soon' } }] }
      const sentAt = t.now()
      const envelope = { v: 1, id: createJobId(sentAt), event: 'conformance.dated', tenantId: t.tenantId } as const
      const id = await t.engine.inject!({ ...envelope, payload, sentAt })
      const status = await t.waitForEnd(id)
      assert.equal(status.state, 'failed')
      assert.equal(status.runs[0]?.error?.code, 'payload_invalid')
      assert.match(status.runs[0].error.message, /payload\.lines\[0\]\.addedAt/)
      assert.deepEqual(t.journal({ jobId: id, kind: 'started' }), [])
    },
  },
])

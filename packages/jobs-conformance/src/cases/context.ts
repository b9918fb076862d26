import assert from 'node:assert/strict'

import { type ConformanceCase, rules } from '../conformance-case.ts'
import { casesOf } from '../cases-of.ts'
import { runInsideMiddleware } from '../enclosing-middleware.ts'

interface SeenEvent {
  readonly id: string
  readonly name: string
  readonly sentAt: string
  readonly sentAtIsDate: boolean
}

/** Cases: the event and the context of a handler. */
export const contextCases: readonly ConformanceCase[] = casesOf(rules.terms, [
  {
    id: 'context-fields',
    title: 'the context has the ids, the attempt, the tenant, a logger and a signal',
    async run(t) {
      const { id } = await t.send('conformance.plain')
      const status = await t.waitForEnd(id)
      const [started] = t.journal({ jobId: id, kind: 'started' })
      assert.ok(started)
      assert.deepEqual(started.details['contextKeys'], [
        'attempt',
        'jobId',
        'logger',
        'maxAttempts',
        'runId',
        'signal',
        'tenantId',
      ])
      const { runId, attempt, maxAttempts, tenantId } = started
      assert.deepEqual(
        { runId, attempt, maxAttempts, tenantId },
        {
          runId: status.runs[0]?.id,
          attempt: 1,
          maxAttempts: 3,
          tenantId: t.tenantId,
        },
      )
      assert.equal(started.details['signalIsAbortSignal'], true)
      assert.equal(started.details['loggerWrites'], true)
    },
  },
  {
    id: 'event-fields',
    title: "the handler's event has the job's id, the event name, the payload and the time of the send",
    async run(t) {
      const before = t.now()
      const { id } = await t.send('conformance.plain', {}, { payload: { word: 'hello' } })
      const after = t.now()
      const { details } = await t.waitForEntry({ jobId: id, kind: 'started' })
      const event = details['event'] as SeenEvent
      assert.equal(event.id, id)
      assert.equal(event.name, 'conformance.plain')
      assert.deepEqual(details['payload'], { tenantId: t.tenantId, word: 'hello' })
      assert.equal(event.sentAtIsDate, true)
      const sentAt = Date.parse(event.sentAt)
      assert.ok(sentAt >= before && sentAt <= after, `sentAt ${sentAt} is not between ${before} and ${after}.`)
    },
  },
  {
    id: 'attempts-share-a-run-id',
    title: 'attempts of one run share its id, and runs of two jobs have different ids',
    async run(t) {
      const failing = await t.send('conformance.plain', { failure: { as: 'error', attempts: 1 } })
      const other = await t.send('conformance.plain')
      await t.waitForEnd(failing.id)
      await t.waitForEnd(other.id)
      const runIds = t.journal({ jobId: failing.id, kind: 'started' }).map(({ runId }) => runId)
      assert.equal(runIds.length, 2)
      assert.equal(runIds[0], runIds[1])
      assert.notEqual(t.journal({ jobId: other.id, kind: 'started' })[0]?.runId, runIds[0])
    },
  },
  {
    id: 'handler-sends-to-its-engine',
    title: '`sendJob` in a handler sends to the engine that runs the handler',
    async run(t) {
      const { id } = await t.send('conformance.plain', { sends: true })
      await t.waitForEnd(id)
      const sent = await t.waitForEntry({ jobId: id, kind: 'sent' })
      const status = await t.waitForEnd(String(sent.details['jobId']))
      assert.equal(status.state, 'completed')
      assert.equal(status.tenantId, t.tenantId)
    },
  },
  {
    id: 'handler-outside-the-context-of-a-send',
    title: 'no attempt runs in the async context of the code that sent its job, which may be a request',
    async run(t) {
      const failure = { as: 'error', attempts: 1 } as const
      const { id } = await runInsideMiddleware('sender', () => t.send('conformance.fixed', { failure }))
      assert.equal((await t.waitForEnd(id)).state, 'completed')
      const layers = t.journal({ jobId: id, kind: 'started' }).map(({ details }) => details['layers'])
      assert.deepEqual(layers, [
        ['outer', 'inner'],
        ['outer', 'inner'],
      ])
    },
  },
])

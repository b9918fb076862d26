import assert from 'node:assert/strict'

import { internalsOf } from '@cgk-platform/jobs-core/tools'

import type { CaseTools } from '../case-tools.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { expectCompleted } from '../expect-completed.ts'
import { whilePaused } from '../pause-tools.ts'
import { sendProgram, lastRun, runProgram, waitForStepState, stepAttempts, stepStartedAt } from '../workflow-tools.ts'
import { casesOf } from '../cases-of.ts'

/** The timeout of a wait that gets its event, longer than a busy machine needs to send it. */
const longMs = 600_000

/** Sends an event that workflows wait for, and awaits the end of its job. */
async function tell(t: CaseTools, payload: Record<string, unknown>, tenantId = t.tenantId): Promise<string> {
  const { id } = await t.send('conformance.awaited', undefined, { tenantId, payload })
  await t.waitForEnd(id)
  return id
}

function expectWait(t: CaseTools, actualMs: number, computedMs: number): void {
  t.expectDelay(actualMs, { description: 'The wait', computedMs, toleranceMs: t.capabilities.waitToleranceMs ?? 0 })
}

/** Cases: sleeps and waits for events. */
export const workflowWaitCases: readonly ConformanceCase[] = casesOf(rules.workflows, [
  {
    id: 'workflow-sleep',
    title: 'a sleep never ends early; until then the run is running and its step is waiting',
    requiredFeatures: ['workflows'],
    async run(t) {
      const napMs = t.longerThan(2750) // so that the state is read before the end
      const { id } = await sendProgram(t, [
        { do: 'run', id: 'before' },
        { do: 'sleep', id: 'nap', ms: napMs },
        { do: 'run', id: 'after' },
      ])
      if (t.capabilities.features['status.steps'].supported) {
        const { waitsUntil, startedAt } = await waitForStepState(t, id, 'nap', 'waiting')
        assert.ok(waitsUntil && startedAt)
        assert.equal((await t.client.getJobStatus(id)).state, 'running')
      }
      assert.equal((await t.waitForEnd(id)).state, 'completed')
      expectWait(t, stepStartedAt(t, id, 'after') - stepStartedAt(t, id, 'before'), napMs)
    },
  },
  {
    id: 'workflow-sleep-until',
    title: '`sleepUntil` ends at its time, or immediately for a past time',
    requiredFeatures: ['workflows'],
    async run(t) {
      const { id, createdAt } = await runProgram(t, [
        { do: 'sleepUntil', id: 'past', afterSendMs: -60_000 },
        { do: 'run', id: 'first' },
        { do: 'sleepUntil', id: 'ahead', afterSendMs: 3250 },
        { do: 'run', id: 'second' },
      ])
      expectWait(t, stepStartedAt(t, id, 'second') - createdAt.getTime(), 3250)
      assert.ok(stepStartedAt(t, id, 'first') < stepStartedAt(t, id, 'second'))
    },
  },
  {
    id: 'workflow-parallel-sleeps',
    title: 'several waits run in parallel',
    requiredFeatures: ['workflows'],
    async run(t) {
      const { id } = await runProgram(t, [
        { do: 'run', id: 'before' },
        {
          do: 'all',
          branches: [
            [
              { do: 'sleep', id: 'long', ms: 3000 },
              { do: 'run', id: 'b' },
            ],
            [
              { do: 'sleep', id: 'short', ms: 1000 },
              { do: 'run', id: 'a' },
            ],
            [
              { do: 'wait', id: 'none', timeoutMs: 2000 },
              { do: 'run', id: 'c' },
            ],
          ],
        },
      ])
      assert.deepEqual(stepAttempts(t, id), ['before/1', 'a/1', 'c/1', 'b/1'])
      expectWait(t, stepStartedAt(t, id, 'a') - stepStartedAt(t, id, 'before'), 1000)
      expectWait(t, stepStartedAt(t, id, 'b') - stepStartedAt(t, id, 'before'), 3000)
    },
  },
  {
    id: 'workflow-waits-for-an-event',
    title: 'a wait resolves with the matching event, as a handler would get it',
    requiredFeatures: ['workflows', 'status.steps'],
    async run(t) {
      const { id } = await sendProgram(t, [{ do: 'wait', id: 'delivered', match: 'order', timeoutMs: longMs }], {
        payload: { order: 'o-1' },
      })
      const waiting = await waitForStepState(t, id, 'delivered', 'waiting')
      assert.ok(waiting.waitsFor && 'event' in waiting.waitsFor)
      assert.equal(waiting.waitsFor.event, 'conformance.awaited')
      await tell(t, { order: 'o-2' })
      await tell(t, {})
      const eventId = await tell(t, { order: 'o-1', word: 'here', "it's": 'quoted' })
      await tell(t, { order: 'o-1', word: 'too late' })
      const [awaited] = lastRun(await t.waitForEnd(id)).output as [Record<string, unknown>]
      const { payload, name, id: awaitedId, sentAt } = awaited
      assert.deepEqual(payload, { tenantId: t.tenantId, order: 'o-1', word: 'here', "it's": 'quoted' })
      assert.deepEqual([name, awaitedId], ['conformance.awaited', eventId])
      assert.ok(!Number.isNaN(Date.parse(String(sentAt))))
    },
  },
  {
    id: 'workflow-wait-matches-values',
    title: 'a wait with several values resolves with the event that has all of them',
    requiredFeatures: ['workflows', 'status.steps'],
    async run(t) {
      const match = { payment: 'p-1', amount: 12.5, isTest: false, note: null, "it's": 'quoted' }
      const { id } = await sendProgram(t, [{ do: 'wait', id: 'paid', match, timeoutMs: longMs }])
      const { waitsFor } = await waitForStepState(t, id, 'paid', 'waiting')
      assert.ok(waitsFor && 'event' in waitsFor)
      if (waitsFor.match) assert.deepEqual(waitsFor.match, match) // absent where the engine does not report it
      for (const [field, value] of Object.entries(match)) {
        const other = typeof value === 'string' ? `${value}!` : value === null ? 'none' : String(value)
        await tell(t, { ...match, [field]: other })
      }
      const { note: _, ...without } = match
      await tell(t, without)
      const eventId = await tell(t, { ...match, more: 1 })
      const [awaited] = lastRun(await t.waitForEnd(id)).output as [Record<string, unknown>]
      assert.equal(awaited['id'], eventId)
    },
  },
  {
    id: 'workflow-event-only-for-waits',
    title: 'an event that a tenant router sends only for waits resolves them and starts no run',
    requiredFeatures: ['workflows', 'status.steps', 'workflows: events only for waits'],
    async run(t) {
      const event = 'conformance.plain' // which a job handles
      const { id } = await sendProgram(t, [{ do: 'wait', id: 'delivered', event, timeoutMs: longMs }])
      await waitForStepState(t, id, 'delivered', 'waiting')
      const payload = { tenantId: t.tenantId, word: 'copy' }
      const items = [
        { event, payload, options: { idempotencyKey: t.unique('key') } },
        { event, payload },
      ]
      const results = await internalsOf(t.client)!.sendForWaits!(items as never, false)
      const [awaited] = lastRun(await t.waitForEnd(id)).output as [Record<string, unknown>]
      assert.deepEqual(awaited['payload'], payload)
      for (const result of results) {
        assert.ok(result.ok)
        const { state, runs } = await t.waitForEnd(result.job.id)
        assert.deepEqual([state, runs], ['completed', []])
      }
    },
  },
  {
    id: 'workflow-handles-an-awaited-event',
    title: 'an event without subscribers that a workflow waited for is completed, not unhandled',
    requiredFeatures: ['workflows', 'status.steps', 'unhandled: not an awaited event'],
    async run(t) {
      const event = 'conformance.nobody'
      const { id } = await sendProgram(t, [{ do: 'wait', id: 'delivered', event, timeoutMs: longMs }])
      await waitForStepState(t, id, 'delivered', 'waiting')
      const sent = await t.send(event)
      const [awaited] = lastRun(await t.waitForEnd(id)).output as [Record<string, unknown>]
      assert.equal(awaited['id'], sent.id)
      const { state, runs } = await t.waitForEnd(sent.id)
      assert.deepEqual([state, runs], ['completed', []])
    },
  },
  {
    id: 'workflow-waits-for-a-paused-event',
    title: 'an event whose definition is paused resolves a wait, at the latest at its timeout',
    requiredFeatures: ['workflows', 'status.steps', 'pauseJobs of a definition'],
    pausesDefinition: true,
    async run(t) {
      const event = 'conformance.pausable'
      const sent = await whilePaused(t, { definitionId: 'conformance-pausable' }, async () => {
        const { id } = await sendProgram(t, [{ do: 'wait', id: 'delivered', event, timeoutMs: 20_000 }])
        await waitForStepState(t, id, 'delivered', 'waiting')
        const job = await t.send(event)
        const [awaited] = lastRun(await t.waitForEnd(id)).output as [Record<string, unknown> | null]
        assert.equal(awaited?.['id'], job.id)
        return job.id
      })
      await expectCompleted(t, sent)
    },
  },
  {
    id: 'workflow-waits-for-its-tenant',
    title: "another tenant's event never resolves a wait",
    requiredFeatures: ['workflows', 'status.steps'],
    async run(t) {
      const { id } = await sendProgram(t, [{ do: 'wait', id: 'delivered', match: 'order', timeoutMs: 6000 }], {
        payload: { order: 'o-1' },
      })
      await waitForStepState(t, id, 'delivered', 'waiting')
      await tell(t, { order: 'o-1' }, t.otherTenantId)
      assert.deepEqual(lastRun(await t.waitForEnd(id)).output, [null])
    },
  },
  {
    id: 'workflow-waits-for-a-delayed-event',
    title: 'a delayed event ends a wait when it is due, not when it is sent',
    requiredFeatures: ['workflows', 'status.steps', 'delay', 'workflows: a delayed event ends a wait when due'],
    async run(t) {
      const { id } = await sendProgram(t, [
        { do: 'wait', id: 'delivered', timeoutMs: longMs },
        { do: 'run', id: 'after' },
      ])
      await waitForStepState(t, id, 'delivered', 'waiting')
      const sentAt = t.now()
      await t.send('conformance.awaited', undefined, { payload: { word: 'later' }, options: { delay: 3000 } })
      assert.equal((await t.waitForEnd(id)).state, 'completed')
      expectWait(t, stepStartedAt(t, id, 'after') - sentAt, 3000)
    },
  },
  {
    id: 'workflow-waits-for-what-comes',
    title: 'an event that was sent before the wait started does not resolve it',
    requiredFeatures: ['workflows'],
    async run(t) {
      const { id } = await sendProgram(t, [
        { do: 'run', id: 'slow', script: { isHeld: true } },
        { do: 'wait', id: 'delivered', timeoutMs: 3000 },
      ])
      await t.waitUntil('the step has started', () => stepAttempts(t, id).length > 0)
      await tell(t, {})
      t.release(id)
      assert.deepEqual(lastRun(await t.waitForEnd(id)).output, [null, null])
    },
  },
  {
    id: 'workflow-wait-times-out',
    title: 'a wait without a matching event resolves to `null` after its timeout, never earlier',
    requiredFeatures: ['workflows'],
    async run(t) {
      const { id, runs } = await runProgram(t, [
        { do: 'run', id: 'before' },
        { do: 'wait', id: 'delivered', timeoutMs: 2000 },
        { do: 'if', lastIs: null, then: [{ do: 'run', id: 'chase' }], else: [] },
      ])
      assert.deepEqual(runs[0]?.output, [null, null, null])
      expectWait(t, stepStartedAt(t, id, 'chase') - stepStartedAt(t, id, 'before'), 2000)
    },
  },
  {
    id: 'workflow-waits-side-by-side',
    title: 'two parallel waits each get their own event, in either order',
    requiredFeatures: ['workflows', 'status.steps'],
    async run(t) {
      const wait = (id: string, match: string) => ({ do: 'wait', id, match, timeoutMs: longMs }) as const
      const { id } = await sendProgram(t, [{ do: 'all', branches: [[wait('a', 'order')], [wait('b', 'parcel')]] }], {
        payload: { order: 'o-1', parcel: 'p-1' },
      })
      await waitForStepState(t, id, 'a', 'waiting')
      await waitForStepState(t, id, 'b', 'waiting')
      await tell(t, { parcel: 'p-1', word: 'second' })
      await tell(t, { order: 'o-1', word: 'first' })
      const [[[a], [b]]] = lastRun(await t.waitForEnd(id)).output as [[[Awaited], [Awaited]]]
      assert.deepEqual([a.payload.word, b.payload.word], ['first', 'second'])
    },
  },
  {
    id: 'workflow-event-beats-a-sleep',
    title: 'in a race of an event and a sleep, the event wins if it comes first',
    requiredFeatures: ['workflows', 'status.steps', 'workflows: race between a step and a wait'],
    async run(t) {
      const { id } = await sendProgram(t, [
        {
          do: 'race',
          branches: [[{ do: 'wait', id: 'delivered', timeoutMs: longMs }], [{ do: 'sleep', id: 'long', ms: longMs }]],
        },
        { do: 'run', id: 'after' },
      ])
      await waitForStepState(t, id, 'delivered', 'waiting')
      await tell(t, { word: 'here' })
      assert.equal((await t.waitForEnd(id)).state, 'completed')
      assert.deepEqual(stepAttempts(t, id), ['after/1'])
    },
  },
])

interface Awaited {
  readonly payload: { readonly word: string }
}

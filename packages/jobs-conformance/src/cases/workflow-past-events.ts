import assert from 'node:assert/strict'

import type { CaseTools } from '../case-tools.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { casesOf } from '../cases-of.ts'
import { lastRun, runProgram, sendProgram, stepAttempts, stepStartedAt, waitForStepState } from '../workflow-tools.ts'
import type { WorkflowProgram } from '../workflow-program.ts'

/** The timeout of a wait that gets its event, longer than a busy machine needs to send it. */
const longMs = 600_000
/** The timeout of a wait that gets none. */
const shortMs = 2000

type Payload = Readonly<Record<string, unknown>>

/** Sends an event that workflows wait for, and awaits the end of its job. */
async function tell(t: CaseTools, payload: Payload, tenantId = t.tenantId): Promise<string> {
  const { id } = await t.send('conformance.awaited', undefined, { tenantId, payload })
  await t.waitForEnd(id)
  return id
}

/** Runs a program, and does something after it has begun and before its operations. Returns their results. */
async function resultsAfter(
  t: CaseTools,
  before: (jobId: string) => Promise<unknown>,
  program: WorkflowProgram,
): Promise<unknown[]> {
  const { id } = await sendProgram(t, [{ do: 'run', id: 'before', script: { isHeld: true } }, ...program])
  await t.waitUntil('the first step has started', () => stepAttempts(t, id).length > 0)
  await before(id)
  t.release(id)
  const status = await t.waitForEnd(id)
  assert.equal(status.state, 'completed', lastRun(status).error?.message)
  return (lastRun(status).output as unknown[]).slice(1)
}

/** Returns what was sent as `word` in awaited events. */
function wordsOf(awaited: readonly unknown[]): unknown[] {
  return awaited.map((event) => event && (event as { readonly payload: Payload }).payload['word'])
}

/** Cases: waits for events that were sent before them. */
export const workflowPastEventCases: readonly ConformanceCase[] = casesOf(
  rules.workflows,
  [
    {
      id: 'workflow-wait-since-the-turn-before',
      title: "after `step.restart`, a wait since `'start'` gets what no wait of the turn before got, and nothing twice",
      async run(t) {
        const wait = { do: 'wait', id: 'paid', since: 'start', timeoutMs: longMs } as const
        const again: WorkflowProgram = [wait, { ...wait, id: 'more', timeoutMs: shortMs }]
        const held = { do: 'run', id: 'before', script: { isHeld: true } } as const
        const { id } = await sendProgram(t, [held, wait, { do: 'restart', program: again }])
        await t.waitUntil('the first step has started', () => stepAttempts(t, id).length > 0)
        await tell(t, { word: 'first' })
        await tell(t, { word: 'second' })
        t.release(id)
        assert.deepEqual(wordsOf(lastRun(await t.waitForEnd(id)).output as unknown[]), ['second', null])
      },
    },
    {
      id: 'workflow-wait-since-the-start',
      title: "a wait since `'start'` resolves with an event that was sent before it, as a handler would get it",
      async run(t) {
        let eventId = ''
        const [awaited] = await resultsAfter(t, async () => (eventId = await tell(t, { word: 'early' })), [
          { do: 'wait', id: 'paid', since: 'start', timeoutMs: longMs },
        ])
        const { id, name, payload, sentAt } = awaited as Record<string, unknown>
        assert.deepEqual([id, name, payload], [eventId, 'conformance.awaited', { tenantId: t.tenantId, word: 'early' }])
        assert.ok(!Number.isNaN(Date.parse(String(sentAt))))
      },
    },
    {
      id: 'workflow-wait-since-a-step',
      title: 'a wait since a step resolves with an event that was sent after the first call of the step, not before',
      requiredFeatures: ['status.steps'],
      async run(t) {
        const { id } = await sendProgram(t, [
          { do: 'run', id: 'before', script: { isHeld: true } },
          { do: 'run', id: 'charge' },
          { do: 'wait', id: 'go', event: 'conformance.nobody', timeoutMs: longMs },
          { do: 'wait', id: 'paid', since: 'charge', timeoutMs: longMs },
        ])
        await t.waitUntil('the first step has started', () => stepAttempts(t, id).length > 0)
        await tell(t, { word: 'before' })
        t.release(id)
        await waitForStepState(t, id, 'go', 'waiting')
        await tell(t, { word: 'after' })
        await t.send('conformance.nobody')
        const output = lastRun(await t.waitForEnd(id)).output as unknown[]
        assert.deepEqual(wordsOf(output.slice(3)), ['after'])
      },
    },
    {
      id: 'workflow-wait-since-matches',
      title: 'a wait with `since` and `match` resolves with the earliest event that matches',
      async run(t) {
        const tellAll = async (): Promise<void> => {
          await tell(t, { order: 'o-2', word: 'another' })
          await tell(t, { word: 'none' })
          await tell(t, { order: 'o-1', word: 'first' })
          await tell(t, { order: 'o-1', word: 'second' })
        }
        const awaited = await resultsAfter(t, tellAll, [
          { do: 'wait', id: 'paid', match: { order: 'o-1' }, since: 'start', timeoutMs: longMs },
        ])
        assert.deepEqual(wordsOf(awaited), ['first'])
      },
    },
    {
      id: 'workflow-waits-since-in-a-loop',
      title:
        'a loop of waits with `since` gets each event once, in the order of the sends, before and during the waits',
      requiredFeatures: ['status.steps'],
      async run(t) {
        const wait = { do: 'wait', id: 'paid', since: 'start', timeoutMs: longMs } as const
        const { id } = await sendProgram(t, [
          { do: 'wait', id: 'plain', timeoutMs: longMs },
          { do: 'run', id: 'held', script: { isHeld: true } },
          { do: 'times', count: 4, program: [wait] },
        ])
        await waitForStepState(t, id, 'plain', 'waiting')
        await tell(t, { word: 'plain' })
        await t.waitUntil('the step has started', () => stepAttempts(t, id).length > 0)
        for (const word of ['one', 'two', 'three']) await tell(t, { word })
        t.release(id)
        await waitForStepState(t, id, 'paid#4', 'waiting')
        await tell(t, { word: 'four' })
        const output = lastRun(await t.waitForEnd(id)).output as unknown[]
        assert.deepEqual(wordsOf(output.filter((result) => result !== null)), ['plain', 'one', 'two', 'three', 'four'])
      },
    },
    {
      id: 'workflow-wait-since-tenant',
      title: "a wait with `since` never resolves with another tenant's event, nor with the event that started its run",
      async run(t) {
        const results = await resultsAfter(t, () => tell(t, { word: 'theirs' }, t.otherTenantId), [
          { do: 'wait', id: 'paid', since: 'start', timeoutMs: shortMs },
          { do: 'wait', id: 'again', event: 'conformance.workflow', since: 'start', timeoutMs: shortMs },
        ])
        assert.deepEqual(results, [null, null])
      },
    },
    {
      id: 'workflow-wait-since-delayed',
      title: 'a delayed event that is not due, or was cancelled, does not resolve a wait with `since`',
      async run(t) {
        const later = { payload: { word: 'later' }, options: { delay: '1h' } } as const
        const sent: string[] = []
        const sendBoth = async (): Promise<void> => {
          for (let count = 0; count < 2; count++) sent.push((await t.send('conformance.awaited', undefined, later)).id)
          await t.client.cancelJob(sent[0]!)
        }
        const results = await resultsAfter(t, sendBoth, [
          { do: 'wait', id: 'paid', since: 'start', timeoutMs: shortMs },
        ])
        await t.client.cancelJob(sent[1]!)
        assert.deepEqual(results, [null])
      },
    },
    {
      id: 'workflow-wait-since-times-out',
      title: 'a wait with `since` and without a matching event resolves to `null` after its timeout, never earlier',
      async run(t) {
        const { id, runs } = await runProgram(t, [
          { do: 'run', id: 'before' },
          { do: 'wait', id: 'paid', since: 'before', timeoutMs: shortMs },
          { do: 'run', id: 'chase' },
        ])
        assert.deepEqual(runs[0]?.output, [null, null, null])
        const actualMs = stepStartedAt(t, id, 'chase') - stepStartedAt(t, id, 'before')
        const toleranceMs = t.capabilities.waitToleranceMs ?? 0
        t.expectDelay(actualMs, { description: 'The wait', computedMs: shortMs, toleranceMs })
      },
    },
    {
      id: 'workflow-wait-since-after-a-retry',
      title: "after `retryJob`, a wait since `'start'` resolves with an event that was sent during the failed run",
      requiredFeatures: ['retryJob'],
      async run(t) {
        const { id } = await runProgram(t, [
          { do: 'run', id: 'charge', script: { failure: { as: 'error', runs: 1 } }, retry: { maxAttempts: 1 } },
          { do: 'wait', id: 'paid', since: 'start', timeoutMs: longMs },
        ])
        await tell(t, { word: 'early' })
        await t.client.retryJob(id)
        const output = lastRun(await t.waitForState(id, 'completed')).output as unknown[]
        assert.deepEqual(wordsOf(output.slice(1)), ['early'])
      },
    },
    {
      id: 'workflow-wait-since-an-uncalled-step',
      title: 'a wait since a step that the code has not called throws, and names the step',
      async run(t) {
        const status = await runProgram(t, [
          { do: 'wait', id: 'paid', since: 'charge', timeoutMs: shortMs },
          { do: 'run', id: 'charge' },
        ])
        const { error } = lastRun(status)
        assert.deepEqual([status.state, error?.code], ['failed', 'invalid_step'])
        assert.match(error!.message, /`paid`.*`charge`/)
      },
    },
  ],
  ['workflows'],
)

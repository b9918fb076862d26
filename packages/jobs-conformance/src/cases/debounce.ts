import assert from 'node:assert/strict'

import { isEnded, type JobStatus } from '@cgk-platform/jobs-core'

import type { CaseSend, CaseTools } from '../case-tools.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { casesOf } from '../cases-of.ts'
import { expectCompleted } from '../expect-completed.ts'
import { debounceMs } from '../conformance-jobs.ts'
import { startOf } from '../run-intervals.ts'
import type { Script } from '../script.ts'
import { sentWithin } from '../sent-within.ts'

/** Sends a job about an item. Returns its id. */
async function send(t: CaseTools, item: unknown, script: Script = {}, more: CaseSend = {}): Promise<string> {
  const { id } = await t.send('conformance.debounced', script, { ...more, payload: { item: { id: item } } })
  return id
}

/** Sends jobs within the quiet period, about an item that no other job is about. */
function sendQuickly<T>(t: CaseTools, work: (item: string) => Promise<T>, periodMs = debounceMs): Promise<T> {
  return sentWithin(t, periodMs, () => work(t.unique('item')))
}

/** Sends two jobs about an item within the quiet period. Returns their ids. */
function sendTwo(t: CaseTools): Promise<[first: string, last: string]> {
  return sendQuickly(t, async (item) => [await send(t, item), await send(t, item)])
}

/** Checks that a job was superseded by another one and did nothing. */
async function assertSuperseded(t: CaseTools, jobId: string, by: string): Promise<void> {
  const { state, startedAt, endedAt, runs } = await t.waitForEnd(jobId)
  assert.equal(state, 'superseded')
  assert.deepEqual(
    runs.map((run) => [run.state, run.supersededBy, run.attempts, run.output, run.error]),
    [['superseded', by, 0, undefined, undefined]],
  )
  assert.deepEqual([startedAt, endedAt instanceof Date], [undefined, true])
  assertNothingRan(t, jobId)
}

/** Checks that a job called no handler, no `onFailure` and no hook of an attempt. */
function assertNothingRan(t: CaseTools, jobId: string): void {
  assert.deepEqual(
    t.journal({ jobId }).filter(({ runId }) => runId !== ''),
    [],
  )
}

/** Cases: `debounce`. */
export const debounceCases: readonly ConformanceCase[] = casesOf(
  rules.flowControl,
  [
    {
      id: 'debounce-runs-the-last',
      title: 'of several sends only the last one runs, and each of the others names the next one',
      async run(t) {
        const [first, second, sentAt, last] = await sendQuickly(t, async (item) => {
          const early = [await send(t, item), await send(t, item)] as const
          await t.advance(debounceMs / 3)
          return [...early, t.now(), await send(t, item, { returns: 'last' })] as const
        })
        assert.equal(new Set([first, second, last]).size, 3)
        const [{ runs }] = (await expectCompleted(t, last)) as [JobStatus]
        assert.deepEqual([runs[0]?.output, runs[0]?.attempts, runs[0]?.supersededBy], ['last', 1, undefined])
        assert.ok(startOf(t, last) >= sentAt + debounceMs, 'The run did not wait for its quiet period.')
        await assertSuperseded(t, first, second)
        await assertSuperseded(t, second, last)
      },
    },
    {
      id: 'debounce-is-scheduled',
      title: 'a job that waits for its quiet period is `scheduled`, and one that was superseded is listed as such',
      requiredFeatures: ['listJobs'],
      async run(t) {
        const [first, last, state] = await sendQuickly(t, async (item) => {
          const ids = [await send(t, item), await send(t, item)] as const
          const read = await t.waitUntil('the last job is scheduled', async () => {
            const { state: now } = await t.client.getJobStatus(ids[1])
            return (now === 'scheduled' || isEnded(now)) && now
          })
          return [...ids, read] as const
        })
        assert.equal(state, 'scheduled')
        await assertSuperseded(t, first, last)
        await t.waitUntil('the superseded job is listed', async () => {
          const { jobs } = await t.client.listJobs({ tenantId: t.tenantId, state: 'superseded' })
          return jobs.some(({ id }) => id === first) && jobs.every(({ id }) => id !== last)
        })
        await expectCompleted(t, last)
      },
    },
    {
      id: 'debounce-by-key',
      title: 'the sends of each key are debounced by themselves; a number and its text are one key',
      async run(t) {
        const [number, other, text] = await sendQuickly(t, async (tenantId) => {
          const more = { tenantId }
          return [await send(t, 1, {}, more), await send(t, 2, {}, more), await send(t, '1', {}, more)] as const
        })
        await expectCompleted(t, other, text)
        await assertSuperseded(t, number, text)
      },
    },
    {
      id: 'debounce-without-a-value',
      title: 'the sends without a value of the key are debounced together',
      async run(t) {
        const [missing, list, empty] = await sendQuickly(t, async (tenantId) => {
          const more = { tenantId }
          const without = await t.send('conformance.debounced', {}, more)
          return [without, await send(t, ['one'], {}, more), await send(t, '', {}, more)] as const
        })
        await expectCompleted(t, list, empty)
        await assertSuperseded(t, missing.id, list)
      },
    },
    {
      id: 'debounce-of-two-tenants',
      title: 'an equal key of another tenant is another key',
      async run(t) {
        const mine = await send(t, 'one')
        const other = await send(t, 'one', {}, { tenantId: t.otherTenantId })
        await expectCompleted(t, mine, other)
      },
    },
    {
      id: 'debounce-max-wait',
      title: 'with `maxWait`, one runs although the sends do not stop; the next send begins a new group',
      async run(t) {
        const ids: string[] = []
        const started = (): string | undefined => ids.find((id) => t.journal({ jobId: id, kind: 'started' }).length > 0)
        while (ids.length < 20 && started() === undefined) {
          ids.push((await t.send('conformance.debounced-max')).id)
          await t.advance(debounceMs / 3)
        }
        const first = started()
        assert.ok(first !== undefined, 'No job started while the sends continued.')
        const before = ids.slice(0, ids.indexOf(first))
        for (const [index, id] of before.entries()) await assertSuperseded(t, id, ids[index + 1]!)
        const { id } = await t.send('conformance.debounced-max')
        await expectCompleted(t, id)
        await expectCompleted(t, first)
      },
    },
    {
      id: 'debounce-cancel',
      title: 'a cancelled job is not superseded, and the next send begins a new group',
      requiredFeatures: ['cancelJob of a waiting job'],
      async run(t) {
        const [item, first, second, cancelled] = await sendQuickly(t, async (id) => {
          const ids = [await send(t, id), await send(t, id)] as const
          await t.waitForEnd(ids[0]) // superseded, before the other one is cancelled
          return [id, ...ids, await t.client.cancelJob(ids[1])] as const
        })
        assert.equal(cancelled.state, 'cancelled')
        await assertSuperseded(t, first, second)
        const sentAt = t.now()
        const third = await send(t, item)
        await expectCompleted(t, third)
        assert.ok(startOf(t, third) >= sentAt + debounceMs, 'The run did not wait for its own quiet period.')
        assert.equal((await t.client.getJobStatus(second)).state, 'cancelled')
        assertNothingRan(t, second)
        await assertSuperseded(t, first, second)
      },
    },
    {
      id: 'debounce-superseded-is-final',
      title: 'a superseded job cannot be retried, and a cancel changes nothing',
      requiredFeatures: ['retryJob'],
      async run(t) {
        const [first, last] = await sendTwo(t)
        await assertSuperseded(t, first, last)
        assert.equal((await t.client.cancelJob(first)).state, 'superseded')
        await t.expectError('job_not_retryable', () => t.client.retryJob(first))
        await expectCompleted(t, last)
        await assertSuperseded(t, first, last)
      },
    },
    {
      id: 'debounce-not-of-retries',
      title: 'a send while a run waits for its next attempt begins a new group',
      async run(t) {
        const failing = await send(t, 'one', { failure: { as: 'retryAfter', afterMs: debounceMs, attempts: 1 } })
        await t.waitForEntry({ jobId: failing, kind: 'started' })
        const next = await send(t, 'one')
        const [{ runs }] = (await expectCompleted(t, failing)) as [JobStatus]
        assert.equal(runs[0]?.attempts, 2)
        await expectCompleted(t, next)
      },
    },
    {
      id: 'debounce-not-of-retry-job',
      title: 'a run of `retryJob` is not debounced',
      requiredFeatures: ['retryJob'],
      async run(t) {
        const failed = await send(t, 'one', { failure: { as: 'nonRetryable', runs: 1 } })
        assert.equal((await t.waitForEnd(failed)).state, 'failed')
        const waiting = await send(t, 'one')
        await t.client.retryJob(failed)
        const [{ runs }] = (await expectCompleted(t, failed)) as [JobStatus]
        assert.deepEqual(
          runs.map(({ state }) => state),
          ['failed', 'completed'],
        )
        await expectCompleted(t, waiting)
      },
    },
    {
      id: 'debounce-of-a-delayed-job',
      title: 'a delayed job joins when it comes due',
      requiredFeatures: ['delay'],
      async run(t) {
        const delay = debounceMs / 2
        const sendBoth = async (item: string) =>
          [await send(t, item, {}, { options: { delay } }), await send(t, item)] as const
        const [delayed, first] = await sendQuickly(t, sendBoth, delay)
        await assertSuperseded(t, first, delayed)
        await expectCompleted(t, delayed)
      },
    },
    {
      id: 'debounce-of-one-definition',
      title: 'another definition of the event runs for every send, and a job ends as its runs that did something',
      async run(t) {
        const [first, last] = await sendQuickly(t, async (tenantId) => {
          const sendOne = () => t.send('conformance.debounced-fan-out', {}, { tenantId })
          return [await sendOne(), await sendOne()] as const
        })
        const runsOf = ({ runs }: JobStatus): Record<string, unknown> =>
          Object.fromEntries(runs.map((run) => [run.definitionId, [run.state, run.supersededBy]]))
        assert.deepEqual(runsOf((await expectCompleted(t, last.id))[0]!), {
          'conformance-debounced-fan-out': ['completed', undefined],
          'conformance-debounced-fan-out-all': ['completed', undefined],
        })
        assert.deepEqual(runsOf((await expectCompleted(t, first.id))[0]!), {
          'conformance-debounced-fan-out': ['superseded', last.id],
          'conformance-debounced-fan-out-all': ['completed', undefined],
        })
      },
    },
    {
      id: 'debounce-after-the-start',
      title: 'a send while the handler runs begins a new group',
      async run(t) {
        const running = await send(t, 'one', { waitMs: 1000 })
        await t.waitForEntry({ jobId: running, kind: 'started' })
        const sentAt = t.now()
        const next = await send(t, 'one')
        await expectCompleted(t, next)
        assert.ok(startOf(t, next) >= sentAt + debounceMs, 'The run did not wait for its quiet period.')
        await expectCompleted(t, running)
      },
    },
    {
      id: 'debounce-and-idempotency-key',
      title: 'a repeated idempotency key does not extend the quiet period',
      requiredFeatures: ['idempotencyKey'],
      async run(t) {
        const [first, last, repeated] = await sendQuickly(t, async (item) => {
          const options = { idempotencyKey: t.unique('key') }
          const ids = [await send(t, item, {}, { options }), await send(t, item)] as const
          return [...ids, await send(t, item, {}, { options })] as const
        })
        assert.equal(repeated, first)
        await expectCompleted(t, last)
        await assertSuperseded(t, first, last)
      },
    },
  ],
  ['debounce'],
)

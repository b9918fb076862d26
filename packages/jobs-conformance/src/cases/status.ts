import assert from 'node:assert/strict'

import { type ConformanceCase, rules } from '../conformance-case.ts'
import { untyped } from '../untyped-client.ts'
import { casesOf } from '../cases-of.ts'

/** Cases: a job's status in each state. */
export const statusCases: readonly ConformanceCase[] = casesOf(rules.terms, [
  {
    id: 'status-completed',
    title: 'the status of a completed job has its identity, times, attempts and output',
    async run(t) {
      const before = t.now()
      const { id } = await t.send('conformance.plain', { returns: { orders: [1, 2] } })
      const after = t.now()
      const status = await t.waitForEnd(id)
      const [run] = status.runs
      assert.ok(run && status.runs.length === 1)
      assert.deepEqual(
        [status.id, status.event, status.tenantId, status.state],
        [id, 'conformance.plain', t.tenantId, 'completed'],
      )
      assert.ok(status.createdAt instanceof Date)
      assert.ok(
        status.createdAt.getTime() >= before - 1 && status.createdAt.getTime() <= after + 1,
        'createdAt is the send.',
      )
      assert.equal(status.scheduledFor, undefined)
      assert.ok(status.endedAt instanceof Date && status.endedAt >= status.createdAt)
      assert.ok(typeof run.id === 'string' && run.id !== '')
      const { definitionId, state, attempts, maxAttempts, output, error, retryOf, nextAttemptAt } = run
      assert.deepEqual(
        { definitionId, state, attempts, maxAttempts, output, error, retryOf, nextAttemptAt },
        {
          definitionId: 'conformance-plain',
          state: 'completed',
          attempts: 1,
          maxAttempts: 3,
          output: { orders: [1, 2] },
          error: undefined,
          retryOf: undefined,
          nextAttemptAt: undefined,
        },
      )
    },
  },
  {
    id: 'status-rerun-of',
    title:
      'a job that runs another again names it in its status, also if the other is unknown, and is a job of its own',
    async run(t) {
      const failed = await t.send('conformance.once', { failure: { as: 'error' } })
      assert.equal((await t.waitForEnd(failed.id)).state, 'failed')
      const send = async (rerunOf: unknown, tenantId = t.tenantId) =>
        (await t.send('conformance.once', {}, { tenantId, options: { rerunOf } })).id
      const again = await send(failed.id)
      assert.notEqual(again, failed.id)
      const { rerunOf, state } = await t.waitForEnd(again)
      assert.deepEqual({ rerunOf, state }, { rerunOf: failed.id, state: 'completed' })
      const first = await t.client.getJobStatus(failed.id)
      assert.deepEqual([first.state, 'rerunOf' in first, first.runs.length], ['failed', false, 1])
      // It is only a name: the job is not looked up.
      for (const unknown of [t.unique('gone'), 'Ünïcode „é“ ~%', 'x'.repeat(256)]) {
        assert.equal((await t.waitForEnd(await send(unknown))).rerunOf, unknown)
      }
      const foreign = await send(failed.id, t.otherTenantId)
      assert.equal((await t.waitForEnd(foreign)).rerunOf, failed.id)
      for (const invalid of ['', ' ', 7, null, [failed.id], '\uD800', 'x'.repeat(257)]) {
        const error = await t.expectError('invalid_option', () => send(invalid))
        assert.ok(error.message.includes('rerunOf'), error.message)
      }
    },
  },
  {
    id: 'status-failed',
    title: 'the status of a failed job has the name, message and code of the last error, and no output',
    async run(t) {
      const { id } = await t.send('conformance.fixed', { failure: { as: 'error' } })
      const status = await t.waitForEnd(id)
      const [run] = status.runs
      assert.equal(status.state, 'failed')
      assert.ok(status.endedAt instanceof Date)
      assert.equal(run?.state, 'failed')
      assert.equal(run.attempts, 3)
      assert.equal(run.output, undefined)
      assert.equal(run.error?.name, 'ConformanceFailure')
      assert.equal(run.error.message, 'failed on purpose in attempt 3')
      assert.equal(run.error.code, 'failed_on_purpose')
    },
  },
  {
    id: 'status-scheduled',
    title: 'a delayed job is `scheduled`, has `scheduledFor`, and no attempt has started',
    requiredFeatures: ['delay', 'cancelJob of a waiting job'],
    async run(t) {
      const { id } = await t.send('conformance.plain', {}, { options: { delay: '1h' } })
      const status = await t.waitForState(id, 'scheduled')
      const planned = status.createdAt.getTime() + 3_600_000
      assert.ok(
        Math.abs((status.scheduledFor?.getTime() ?? 0) - planned) <= 1000,
        'scheduledFor is an hour after createdAt.',
      )
      assert.equal(status.startedAt, undefined)
      assert.equal(status.endedAt, undefined)
      for (const run of status.runs) assert.deepEqual([run.state, run.attempts], ['scheduled', 0])
      await t.client.cancelJob(id)
    },
  },
  {
    id: 'status-running',
    title: 'a job whose handler is running is `running`',
    async run(t) {
      const { id } = await t.send('conformance.plain', { isHeld: true })
      await t.waitForEntry({ jobId: id, kind: 'started' })
      const status = await t.waitForState(id, 'running')
      assert.equal(status.endedAt, undefined)
      assert.deepEqual(
        status.runs.map(({ state, attempts, endedAt }) => [state, attempts, endedAt]),
        [['running', 1, undefined]],
      )
      if (t.capabilities.features['status.startedAt'].supported) {
        assert.ok(status.startedAt instanceof Date && status.runs[0]?.startedAt instanceof Date)
      }
      t.release(id)
      assert.equal((await t.waitForEnd(id)).state, 'completed')
    },
  },
  {
    id: 'status-started-at',
    title: '`startedAt` is the time the first attempt started',
    requiredFeatures: ['status.startedAt'],
    async run(t) {
      const { id } = await t.send('conformance.fixed', { failure: { as: 'error', attempts: 1 } })
      const status = await t.waitForEnd(id)
      const [first] = t.journal({ jobId: id, kind: 'started' })
      const startedAt = status.runs[0]?.startedAt?.getTime() ?? 0
      assert.ok(first && Math.abs(startedAt - first.at) <= 1000, `startedAt ${startedAt} is not near ${first?.at}.`)
      assert.ok(status.startedAt && status.endedAt && status.startedAt < status.endedAt)
    },
  },
  {
    id: 'status-retrying',
    title: 'a job between two attempts is `retrying`, and the status says when the next one is due',
    requiredFeatures: ['status.nextAttemptAt', 'cancelJob of a waiting job'],
    async run(t) {
      const { id } = await t.send('conformance.plain', { failure: { as: 'retryAfter', afterMs: 3_600_000 } })
      const { at } = await t.waitForEntry({ jobId: id, kind: 'threw' })
      const { runs } = await t.waitForState(id, 'retrying')
      assert.deepEqual(
        runs.map(({ state, attempts, endedAt }) => [state, attempts, endedAt]),
        [['retrying', 1, undefined]],
      )
      assert.equal(runs[0]?.error?.name, 'RetryAfterError')
      const nextMs = (runs[0].nextAttemptAt?.getTime() ?? 0) - at
      t.expectDelay(nextMs, {
        description: 'nextAttemptAt',
        computedMs: 3_600_000,
        toleranceMs: t.capabilities.retryToleranceMs,
      })
      await t.client.cancelJob(id)
    },
  },
  {
    id: 'status-is-a-copy',
    title: 'changing a returned status changes nothing else',
    async run(t) {
      const { id } = await t.send('conformance.plain', { returns: { list: ['a'] } })
      const first = await t.waitForEnd(id)
      const copy = first.runs[0]?.output as { list: string[] } | undefined
      copy?.list.push('b')
      first.endedAt?.setTime(0)
      ;(first.runs as unknown[]).length = 0
      const again = await t.client.getJobStatus(id)
      assert.deepEqual(
        again.runs.map(({ output }) => output),
        [{ list: ['a'] }],
      )
      assert.notEqual(again.endedAt?.getTime(), 0)
    },
  },
  {
    id: 'status-unknown-id',
    title: 'an unknown or malformed id throws a not-found error, and one that is not a string is rejected',
    async run(t) {
      const { id } = await t.send('conformance.nobody')
      // Changes more than the last character, the only difference between ids of the same millisecond.
      const similar = [`${id}0`, id.slice(0, -1), id.slice(0, -8), [...id].toReversed().join('')]
      for (const unknown of [
        ...similar,
        'no-such-job',
        '../../etc/passwd',
        'x'.repeat(600),
        '☃',
        '\ud800',
        ' ',
        '%00',
      ]) {
        await t.expectError('job_not_found', () => t.client.getJobStatus(unknown))
        await t.expectError('job_not_found', () => t.client.cancelJob(unknown))
        await t.expectError('job_not_found', () => t.client.retryJob(unknown))
      }
      for (const wrong of ['', undefined, null, 7]) {
        await t.expectError('invalid_option', () => untyped(t.client).getJobStatus(wrong))
      }
    },
  },
  {
    id: 'status-from-a-client-without-definitions',
    title: 'a client without definitions can send, read, cancel and retry',
    requiredFeatures: ['retryJob', 'delay', 'cancelJob of a waiting job'],
    requiredEquipment: ['anotherClient'],
    async run(t) {
      const client = await t.engine.anotherClient!()
      const failed = await t.send('conformance.once', { failure: { as: 'error', runs: 1 } }, { client })
      await t.waitForEnd(failed.id)
      const status = await client.getJobStatus(failed.id)
      assert.deepEqual(
        status.runs.map(({ definitionId, state }) => [definitionId, state]),
        [['conformance-once', 'failed']],
      )
      await client.retryJob(failed.id)
      assert.equal((await t.waitForEnd(failed.id)).state, 'completed')
      const waiting = await t.send('conformance.plain', {}, { client, options: { delay: '1h' } })
      assert.equal((await client.cancelJob(waiting.id)).state, 'cancelled')
      await client.close()
    },
  },
])

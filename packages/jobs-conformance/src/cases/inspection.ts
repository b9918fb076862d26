import assert from 'node:assert/strict'

import type { JobStatus } from '@cgk-platform/jobs-core'
import type { JobDetails, JobsChange, RunDetails } from '@cgk-platform/jobs-core/inspect'

import type { CaseTools } from '../case-tools.ts'
import { casesOf } from '../cases-of.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { sendCompleted, sendFailed, waitUntilListed } from '../inspection-tools.ts'
import { runProgram } from '../workflow-tools.ts'

/** Returns the part of a job's details that `getJobStatus` also has. */
function toStatus({ payload: _payload, idempotencyKey: _key, children: _children, ...job }: JobDetails): JobStatus {
  return { ...job, runs: job.runs.map(({ attemptHistory: _attempts, ...run }) => run) }
}

function withoutStarts({ startedAt: _start, ...job }: JobStatus): unknown {
  return { ...job, runs: job.runs.map(({ startedAt: _its, ...run }) => run) }
}

type Started = Pick<JobStatus, 'startedAt'>

/** Checks that starts agree. An engine can know when it called the worker, and when the handler began. */
function checkStarts(t: CaseTools, shown: readonly Started[], expected: readonly Started[]): void {
  for (const [index, { startedAt }] of shown.entries()) {
    const difference = Math.abs(startedAt!.getTime() - expected[index]!.startedAt!.getTime())
    assert.ok(difference <= t.longerThan(0), `\`startedAt\` differs by ${difference} ms.`)
  }
}

/** Checks that the attempts of a run are numbered, in order, and that its last one ended with the run. */
function checkAttempts({ attemptHistory = [], attempts }: RunDetails): void {
  assert.deepEqual(
    attemptHistory.map(({ number }) => number),
    Array.from({ length: attempts }, (_none, index) => index + 1),
  )
  let before = 0
  for (const { number, dueAt, startedAt, endedAt, worker } of attemptHistory) {
    for (const [name, time] of Object.entries({ dueAt, startedAt, endedAt })) {
      assert.ok(time === undefined || time instanceof Date, `\`${name}\` of attempt ${number} is not a Date.`)
    }
    assert.ok(startedAt && endedAt, `Attempt ${number} has no start or end.`)
    assert.ok(startedAt.getTime() >= before, `Attempt ${number} started before the previous one ended.`)
    assert.ok(endedAt >= startedAt, `Attempt ${number} ended before it started.`)
    assert.ok(worker === undefined || worker !== '')
    before = endedAt.getTime()
  }
}

/** Cases: everything about a job, the definitions and workers, and changes as they happen. */
export const inspectionCases: readonly ConformanceCase[] = casesOf(rules.inspection, [
  {
    id: 'inspect-agrees-with-status',
    title: '`inspect.getJob` returns what `getJobStatus` returns, and more',
    requiredFeatures: ['inspect.getJob'],
    async run(t) {
      for (const id of [await sendCompleted(t), await sendFailed(t), (await t.send('conformance.fan-out')).id]) {
        const status = await t.waitForEnd(id)
        const job = await t.client.inspect.getJob(id)
        assert.deepEqual(withoutStarts(toStatus(job)), withoutStarts(status))
        checkStarts(t, [job, ...job.runs], [status, ...status.runs])
      }
    },
  },
  {
    id: 'inspect-unknown-job',
    title: '`inspect.getJob` throws for an unknown or malformed id',
    requiredFeatures: ['inspect.getJob'],
    async run(t) {
      const inspect = t.client.inspect as unknown as { getJob(id: unknown): Promise<unknown> }
      for (const id of ['unknown', t.unique('job'), '\uD800', 'x'.repeat(300), ' ', '../jobs', "'; --", '%']) {
        await t.expectError('job_not_found', () => inspect.getJob(id))
      }
      for (const id of ['', undefined, 5, {}]) await t.expectError('invalid_option', () => inspect.getJob(id))
    },
  },
  {
    id: 'inspect-payload',
    title: '`inspect.getJob` shows the payload of a job that has not ended',
    requiredFeatures: ['inspect.getJob', 'inspect.getJob: payload'],
    async run(t) {
      const payload = { word: 'Ünïcode „é“ ~%', nested: { list: [1, null, { deep: true }] } }
      const script = { isHeld: true }
      const { id } = await t.send('conformance.plain', script, { payload })
      await t.waitForEntry({ jobId: id, kind: 'started' })
      const details = await t.waitUntil('the payload is shown', async () => {
        const job = await t.client.inspect.getJob(id)
        return job.payload !== undefined && job
      })
      assert.deepEqual(details.payload, { tenantId: t.tenantId, script, ...payload })
      t.release(id)
      await t.waitForEnd(id)
    },
  },
  {
    id: 'inspect-key-and-references',
    title:
      '`inspect.getJob` shows the idempotency key, the references and the `rerunOf` of the send, which a duplicate does not change',
    requiredFeatures: ['inspect.getJob', 'idempotencyKey', 'reference'],
    async run(t) {
      const options = {
        idempotencyKey: t.unique('key'),
        reference: [t.unique('order'), 'second'],
        rerunOf: t.unique('job'),
      }
      const id = await sendCompleted(t, options)
      const { idempotencyKey, references, rerunOf } = await t.client.inspect.getJob(id)
      assert.deepEqual({ idempotencyKey, reference: references, rerunOf }, options)
      const kept = await t.send('conformance.plain', {}, { options: { ...options, rerunOf: 'another' } })
      assert.deepEqual([kept.id, (await t.client.getJobStatus(id)).rerunOf], [id, options.rerunOf])
      const plain = await t.client.inspect.getJob(await sendCompleted(t))
      assert.deepEqual([plain.idempotencyKey, plain.references], [undefined, undefined])
    },
  },
  {
    id: 'inspect-attempts',
    title: '`inspect.getJob` shows each attempt with its number, times and error',
    requiredFeatures: ['inspect.getJob', 'inspect.getJob: attempts'],
    async run(t) {
      const { id } = await t.send('conformance.plain', { failure: { as: 'error', attempts: 2 } })
      await t.waitForEnd(id)
      const { runs } = await t.client.inspect.getJob(id)
      const [run] = runs
      assert.ok(run)
      checkAttempts(run)
      const errors = run.attemptHistory?.map(({ error }) => error && [error.name, error.message, error.code])
      const failure = (number: number) => [
        'ConformanceFailure',
        `failed on purpose in attempt ${number}`,
        'failed_on_purpose',
      ]
      assert.deepEqual(errors, [failure(1), failure(2), undefined])
    },
  },
  {
    id: 'inspect-running-attempt',
    title: 'the last attempt of a run that is running has a start and no end',
    requiredFeatures: ['inspect.getJob', 'inspect.getJob: attempts'],
    async run(t) {
      const { id } = await t.send('conformance.plain', { isHeld: true })
      await t.waitForEntry({ jobId: id, kind: 'started' })
      const attempt = await t.waitUntil('the attempt is shown', async () => {
        const { runs } = await t.client.inspect.getJob(id)
        return runs[0]?.attemptHistory?.find(({ startedAt }) => startedAt !== undefined)
      })
      assert.deepEqual([attempt.number, attempt.endedAt, attempt.error], [1, undefined, undefined])
      t.release(id)
      await t.waitForEnd(id)
    },
  },
  {
    id: 'inspect-retried-job',
    title: 'a retried job shows both runs, the second with a link to the first',
    requiredFeatures: ['inspect.getJob', 'inspect.getJob: attempts', 'retryJob'],
    async run(t) {
      const id = await sendFailed(t)
      await t.client.retryJob(id)
      await t.waitForEnd(id)
      const { runs, state } = await t.client.inspect.getJob(id)
      assert.deepEqual([state, runs.length], ['completed', 2])
      assert.equal(runs[1]?.retryOf, runs[0]?.id)
      for (const run of runs) checkAttempts(run)
    },
  },
  {
    id: 'inspect-workflow',
    title: '`inspect.getJob` shows the steps of a workflow and the jobs that they sent',
    requiredFeatures: ['inspect.getJob', 'workflows', 'status.steps'],
    async run(t) {
      const { id, runs } = await runProgram(t, [
        { do: 'run', id: 'before' },
        { do: 'send', id: 'tell', payload: {} },
        { do: 'sleep', id: 'nap', ms: 1000 },
      ])
      const sent = (runs[0]?.output as { id: string }[])[1]!
      const { runs: shown, children } = await t.client.inspect.getJob(id)
      assert.deepEqual(
        shown[0]?.steps?.map(({ id: step, state }) => `${step} ${state}`),
        ['before completed', 'tell completed', 'nap completed'],
      )
      assert.deepEqual(children, [sent.id])
      assert.equal((await t.client.inspect.getJob(await sendCompleted(t))).children, undefined)
    },
  },
  {
    id: 'inspect-definitions',
    title: '`inspect.listDefinitions` returns the definitions of the process, and the next five ticks of a cron job',
    requiredEquipment: ['definitions'],
    async run(t) {
      const all = await t.client.inspect.listDefinitions()
      const find = (id: string) => all.find((definition) => definition.id === id)
      const { kind, event, enabled, maxAttempts } = find('conformance-plain')!
      assert.deepEqual(
        { kind, event, enabled, maxAttempts },
        {
          kind: 'job',
          event: 'conformance.plain',
          enabled: true,
          maxAttempts: 3,
        },
      )
      assert.equal(find('conformance-disabled')?.enabled, false)
      if (!t.capabilities.features.cron.supported) return
      const { cron, event: cronEvent } = find('conformance-cron')!
      assert.equal(cronEvent, 'cron/conformance-cron')
      assert.deepEqual([cron?.schedule, cron?.timezone, cron?.nextTicks.length], ['* * * * *', 'UTC', 5])
      const [first, second] = cron!.nextTicks
      assert.equal(second!.getTime() - first!.getTime(), 60_000)
    },
  },
  {
    id: 'inspect-workers',
    title: '`inspect.listWorkers` returns the processes that run jobs, and attempts name them',
    requiredFeatures: ['inspect.listWorkers'],
    async run(t) {
      await sendCompleted(t)
      const workers = await t.client.inspect.listWorkers()
      assert.ok(workers.length > 0, 'There is no worker, although a job has run.')
      assert.equal(new Set(workers.map(({ id }) => id)).size, workers.length)
      for (const { running, definitionIds } of workers) {
        assert.ok(running >= 0)
        assert.ok(definitionIds.includes('conformance-plain'))
      }
      assert.ok(workers.filter(({ isThisProcess }) => isThisProcess).length <= 1)
    },
  },
  {
    id: 'inspect-subscribe',
    title: '`inspect.subscribe` reports the jobs, then each new or changed job, until it is stopped',
    requiredFeatures: ['inspect.listJobs'],
    async run(t) {
      // Few other cases send this event, so a hosted engine finds its jobs on the first pages.
      const event = 'conformance.capped'
      const filter = { tenantId: t.tenantId, event } as object
      const send = async (isHeld = false) => (await t.send(event, { isHeld })).id
      const first = await send()
      await t.waitForEnd(first)
      await waitUntilListed(t, 1)
      const changes: JobsChange[] = []
      const errors: unknown[] = []
      const states = (id: string) =>
        changes.flatMap(({ jobs }) => jobs.filter((job) => job.id === id).map(({ state }) => state))
      const stop = t.client.inspect.subscribe(filter, (change) => changes.push(change), {
        onError: (error) => errors.push(error),
      })
      try {
        await t.waitUntil('the first job is reported', () => states(first).length > 0)
        assert.deepEqual(states(first), ['completed'])
        const id = await send(true)
        await t.waitUntil('the running job is reported', () => states(id).includes('running'))
        t.release(id)
        await t.waitUntil('its end is reported', () => states(id).includes('completed'))
        assert.deepEqual(states(first), ['completed'], 'A job that did not change was reported again.')
        assert.ok(changes.every(({ jobs }) => jobs.every(({ tenantId }) => tenantId === t.tenantId)))
      } finally {
        stop()
      }
      assert.deepEqual(errors, [])
      const reported = changes.length
      await t.waitForEnd(await send())
      await waitUntilListed(t, 3)
      await t.advance(3000)
      assert.equal(changes.length, reported, 'A change was reported after the stop.')
    },
  },
])

import assert from 'node:assert/strict'

import type { PauseTarget } from '@cgk-platform/jobs-core'

import type { CaseTools } from '../case-tools.ts'
import type { ConformanceEvent } from '../conformance-events.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { casesOf } from '../cases-of.ts'
import { expectCompleted } from '../expect-completed.ts'
import { expectQueued, isListed, quietMs, startsOf, whilePaused } from '../pause-tools.ts'
import { listsWaits, summaryOf } from '../inspection-tools.ts'
import { sendProgram, stepAttempts, waitForStepState } from '../workflow-tools.ts'

/** Pauses of one kind of target, and the events of the jobs that they hold. */
interface Pausing {
  readonly kind: 'definition' | 'tenant'
  readonly event: ConformanceEvent
  /** The event of a job that runs once at a time for a tenant. */
  readonly limited: ConformanceEvent
  readonly workflow: ConformanceEvent
  targetOf(t: CaseTools, event: ConformanceEvent): PauseTarget
}

/** Creates the cases that hold for each kind of target. A definition is paused for all cases, so they use their own. */
function casesFor({ kind, event, limited, workflow, targetOf }: Pausing): readonly ConformanceCase[] {
  const feature = `pauseJobs of a ${kind}` as const
  return casesOf(rules.flowControl, [
    {
      id: `paused-${kind}-waits`,
      title: `sends for a paused ${kind} are accepted, and their runs wait as \`queued\` until it is resumed`,
      requiredFeatures: [feature],
      pausesDefinition: kind === 'definition',
      async run(t) {
        const target = targetOf(t, event)
        const id = await whilePaused(t, target, async () => {
          const job = await t.send(event)
          await expectQueued(t, job.id)
          const { waiting, runs } = await t.client.inspect.getJob(job.id)
          const reason = waiting ?? runs[0]?.waiting
          // An engine may create the run later.
          if (reason || runs.length > 0) assert.equal(reason?.kind, 'paused')
          if (listsWaits(t)) assert.equal((await summaryOf(t, job.id)).waiting?.kind, 'paused')
          return job.id
        })
        await expectCompleted(t, id)
        if (t.capabilities.features['inspect.listJobs'].supported) {
          assert.equal((await summaryOf(t, id)).waiting, undefined)
        }
        assert.equal(startsOf(t, id), 1)
        await expectCompleted(t, (await t.send(event)).id)
      },
    },
    {
      id: `paused-${kind}-resumes-in-order`,
      title: `the waiting runs of a ${kind} start in the order in which they were sent`,
      requiredFeatures: [feature, 'concurrency.perTenant'],
      pausesDefinition: kind === 'definition',
      async run(t) {
        const ids = await whilePaused(t, targetOf(t, limited), async () => {
          const sent: string[] = []
          for (let count = 0; count < 3; count++) {
            const { id } = await t.send(limited, { waitMs: 50 })
            await t.waitUntil(
              'its run waits',
              async () => (await t.client.getJobStatus(id)).runs[0]?.state === 'queued',
            )
            await t.advance(5)
            sent.push(id)
          }
          return sent
        })
        await expectCompleted(t, ...ids)
        const startedAt = (id: string): number => t.journal({ jobId: id, kind: 'started' })[0]!.at
        assert.deepEqual(
          ids.toSorted((one, other) => startedAt(one) - startedAt(other)),
          ids,
        )
      },
    },
    {
      id: `paused-${kind}-finishes-attempts`,
      title: `an attempt that runs when its ${kind} is paused continues`,
      requiredFeatures: [feature],
      pausesDefinition: kind === 'definition',
      async run(t) {
        const running = await t.send(event, { isHeld: true })
        await t.waitForEntry({ jobId: running.id, kind: 'started' })
        const waiting = await whilePaused(t, targetOf(t, event), async () => {
          const { id } = await t.send(event)
          await t.advance(1000)
          t.release(running.id)
          await expectCompleted(t, running.id)
          await expectQueued(t, id)
          return id
        })
        assert.deepEqual(t.journal({ jobId: running.id, kind: 'aborted' }), [])
        await expectCompleted(t, waiting)
      },
    },
    {
      id: `paused-${kind}-holds-retries`,
      title: `a retry of a paused ${kind} waits`,
      requiredFeatures: [feature],
      pausesDefinition: kind === 'definition',
      async run(t) {
        const afterMs = t.longerThan(2000)
        const { id } = await t.send(event, { failure: { as: 'retryAfter', afterMs, attempts: 1 } })
        await t.waitForEntry({ jobId: id, kind: 'threw' })
        await whilePaused(t, targetOf(t, event), async () => {
          await t.advance(afterMs + quietMs)
          assert.equal(startsOf(t, id), 1, 'The retry started during the pause.')
        })
        const { state, runs } = await t.waitForEnd(id)
        assert.deepEqual([state, runs[0]?.attempts], ['completed', 2])
      },
    },
    {
      id: `paused-${kind}-holds-workflows`,
      title: `a workflow of a paused ${kind} does not continue after its sleep`,
      requiredFeatures: [feature, 'workflows', 'status.steps'],
      pausesDefinition: kind === 'definition',
      async run(t) {
        const napMs = t.longerThan(2000)
        const { id } = await sendProgram(
          t,
          [
            { do: 'run', id: 'before' },
            { do: 'sleep', id: 'nap', ms: napMs },
            { do: 'run', id: 'after' },
          ],
          { event: workflow },
        )
        await waitForStepState(t, id, 'nap', 'waiting')
        await whilePaused(t, targetOf(t, workflow), async () => {
          await t.advance(napMs + quietMs)
          assert.deepEqual(stepAttempts(t, id), ['before/1'])
        })
        await expectCompleted(t, id)
        assert.deepEqual(stepAttempts(t, id), ['before/1', 'after/1'])
      },
    },
    {
      id: `paused-${kind}-can-be-cancelled`,
      title: `a waiting job of a paused ${kind} can be cancelled, and then does not start`,
      requiredFeatures: [feature, 'cancelJob of a waiting job'],
      pausesDefinition: kind === 'definition',
      async run(t) {
        const [cancelled, other] = await whilePaused(t, targetOf(t, event), async () => {
          const ids = [(await t.send(event)).id, (await t.send(event)).id] as const
          await expectQueued(t, ...ids)
          assert.equal((await t.client.cancelJob(ids[0])).state, 'cancelled')
          return ids
        })
        await expectCompleted(t, other)
        assert.equal(startsOf(t, cancelled), 0)
      },
    },
    {
      id: `paused-${kind}-delays-pass`,
      title: `a delay passes while its ${kind} is paused`,
      requiredFeatures: [feature, 'delay'],
      pausesDefinition: kind === 'definition',
      async run(t) {
        const delay = 1500
        const id = await whilePaused(t, targetOf(t, event), async () => {
          const job = await t.send(event, {}, { options: { delay } })
          await t.advance(delay)
          await expectQueued(t, job.id)
          return job.id
        })
        await expectCompleted(t, id)
      },
    },
    {
      id: `paused-${kind}-twice`,
      title: `to pause a ${kind} twice is like once, and to resume it twice, too`,
      requiredFeatures: [feature],
      pausesDefinition: kind === 'definition',
      async run(t) {
        const target = targetOf(t, event)
        await t.client.resumeJobs(target)
        const id = await whilePaused(t, target, async () => {
          await t.client.pauseJobs(target)
          const job = await t.send(event)
          await expectQueued(t, job.id)
          return job.id
        })
        await t.client.resumeJobs(target)
        await expectCompleted(t, id)
      },
    },
    {
      id: `paused-${kind}-is-listed`,
      title: `\`listPauses\` lists a ${kind} from its pause until it is resumed`,
      requiredFeatures: [feature],
      pausesDefinition: kind === 'definition',
      async run(t) {
        const target = targetOf(t, event)
        assert.ok(!(await isListed(t, target)))
        await whilePaused(t, target, async () => {
          assert.ok(await isListed(t, target))
          const { definitionId } = target
          const paused = (await t.client.inspect.listDefinitions()).find(({ id }) => id === definitionId)?.paused
          assert.notEqual(paused, false, 'The definition does not say that it is paused.')
          const other = await t.client.forTenant(t.otherTenantId).listPauses()
          assert.equal(
            other.some(({ tenantId }) => tenantId !== undefined),
            false,
            'A tenant sees the pause of another.',
          )
        })
        assert.ok(!(await isListed(t, target)))
      },
    },
  ])
}

/** Cases: paused definitions and tenants. */
export const pauseCases: readonly ConformanceCase[] = [
  ...casesFor({
    kind: 'definition',
    event: 'conformance.pausable',
    limited: 'conformance.pausable-one-per-tenant',
    workflow: 'conformance.pausable-workflow',
    targetOf: (_t, event) => ({ definitionId: event.replace('.', '-') }),
  }),
  ...casesFor({
    kind: 'tenant',
    event: 'conformance.plain',
    limited: 'conformance.one-per-tenant',
    workflow: 'conformance.workflow',
    targetOf: ({ tenantId }) => ({ tenantId }),
  }),
]

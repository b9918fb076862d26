import assert from 'node:assert/strict'

import { type ConformanceCase, rules } from '../conformance-case.ts'
import { casesOf } from '../cases-of.ts'
import { expectCompleted } from '../expect-completed.ts'
import { expectQueued, isListed, quietMs, startsOf, whilePaused } from '../pause-tools.ts'
import { untyped } from '../untyped-client.ts'
import { nextTick, tickLimitMs, tickOf } from './next-tick.ts'

/** Maximum delay with which an engine on a busy machine reports a tick, in milliseconds. */
const lateTickMs = 75_000
/** Time after the first tick of a pause in which the second one is reported, in milliseconds. */
const secondTickMs = 60_000 + lateTickMs + 5000

/** Cases: what a pause holds and what it does not, who can pause, and how long it lasts. */
export const pauseScopeCases: readonly ConformanceCase[] = casesOf(rules.flowControl, [
  {
    id: 'paused-definition-does-not-hold-others',
    title: 'other definitions of an event run while one of them is paused, and so do other events',
    requiredFeatures: ['pauseJobs of a definition'],
    pausesDefinition: true,
    async run(t) {
      const definition = 'conformance-pausable-pair-a'
      const id = await whilePaused(t, { definitionId: definition }, async () => {
        const { id: pair } = await t.send('conformance.pausable-pair')
        await t.waitForEntry({ jobId: pair, definition: 'conformance-pausable-pair-b', kind: 'returned' })
        await expectCompleted(t, (await t.send('conformance.plain')).id)
        await t.advance(quietMs)
        assert.deepEqual(t.journal({ jobId: pair, definition }), [])
        return pair
      })
      const { state, runs } = await t.waitForEnd(id)
      assert.deepEqual([state, runs.length], ['completed', 2])
      assert.equal(startsOf(t, id), 2)
    },
  },
  {
    id: 'paused-tenant-does-not-hold-others',
    title: 'all definitions of a paused tenant wait, and those of another tenant run',
    requiredFeatures: ['pauseJobs of a tenant'],
    async run(t) {
      const ids = await whilePaused(t, { tenantId: t.tenantId }, async () => {
        const sent = [(await t.send('conformance.plain')).id, (await t.send('conformance.fan-out')).id]
        const { id: other } = await t.send('conformance.plain', {}, { tenantId: t.otherTenantId })
        await expectCompleted(t, other)
        await expectQueued(t, ...sent)
        return sent
      })
      await expectCompleted(t, ...ids)
    },
  },
  {
    id: 'paused-twice-resumed-once',
    title: 'a run whose definition and tenant are paused waits until both are resumed',
    requiredFeatures: ['pauseJobs of a definition', 'pauseJobs of a tenant'],
    pausesDefinition: true,
    async run(t) {
      const id = await whilePaused(t, { tenantId: t.tenantId }, async () => {
        const job = await whilePaused(t, { definitionId: 'conformance-pausable' }, () => t.send('conformance.pausable'))
        await expectQueued(t, job.id)
        return job.id
      })
      await expectCompleted(t, id)
    },
  },
  {
    id: 'paused-tenant-of-a-tenant-client',
    title: 'a client of one tenant pauses, resumes and lists this tenant only',
    requiredFeatures: ['pauseJobs of a tenant'],
    async run(t) {
      const [own, other] = [t.client.forTenant(t.tenantId), t.client.forTenant(t.otherTenantId)]
      await own.pauseJobs()
      try {
        const { id } = await t.send('conformance.plain')
        await other.resumeJobs()
        await expectQueued(t, id)
        assert.ok((await own.listPauses()).some(({ tenantId }) => tenantId === t.tenantId))
        const refused = untyped(own)
        await t.expectError('tenant_mismatch', () => refused.pauseJobs({ tenantId: t.otherTenantId }))
        await t.expectError('invalid_option', () => refused.pauseJobs({ definitionId: 'conformance-plain' }))
        await own.resumeJobs()
        await expectCompleted(t, id)
      } finally {
        await own.resumeJobs()
      }
    },
  },
  {
    id: 'paused-platform',
    title: '`forSystem` pauses the jobs of the platform, and no tenant',
    requiredFeatures: ['pauseJobs of a tenant'],
    runsAlone: true,
    async run(t) {
      const id = await whilePaused(t, { tenantId: 'system' }, async () => {
        const job = await t.send('conformance.plain', {}, { tenantId: 'system', client: t.client.forSystem() })
        await expectCompleted(t, (await t.send('conformance.plain')).id)
        await expectQueued(t, job.id)
        return job.id
      })
      await expectCompleted(t, id)
    },
  },
  {
    id: 'paused-cron-job',
    title: 'the first tick of a paused cron job waits, and later ones are skipped while it does',
    requiredFeatures: ['pauseJobs of a definition', 'cron', "cron.overlap: 'skip'"],
    waitsForTicks: true,
    async run(t) {
      const definition = 'conformance-cron-paused'
      const pausedAt = t.now()
      const waiting = await whilePaused(t, { definitionId: definition }, async () => {
        const held = await t.waitUntil(
          'a tick of the pause waits',
          async () =>
            (await untyped(t.client).listJobs({ event: `cron/${definition}`, state: 'queued', limit: 1 })).jobs[0],
          tickLimitMs,
        )
        await t.advance(secondTickMs)
        const during = t.journal({ definition, kind: 'started' }).filter((entry) => entry.at > pausedAt)
        assert.deepEqual(during, [])
        return held
      })
      const resumedAt = t.now()
      const first = await t.waitForEntry({ jobId: waiting.id, kind: 'started' })
      assert.ok(tickOf(first) > pausedAt - lateTickMs)
      await nextTick(t, resumedAt, { definition })
      const ofPause = t.journal({ definition, kind: 'started' }).filter((entry) => {
        return tickOf(entry) > pausedAt && tickOf(entry) < resumedAt
      })
      for (const entry of ofPause.filter(({ jobId }) => jobId !== first.jobId)) {
        const { createdAt } = await t.client.getJobStatus(entry.jobId)
        const isLate = createdAt.getTime() >= resumedAt && tickOf(entry) > resumedAt - lateTickMs
        assert.ok(isLate, 'A tick was not skipped.')
      }
    },
  },
  {
    id: 'pause-survives-a-restart',
    title: 'a pause continues after the engine was killed and restarted',
    requiredFeatures: ['pauseJobs of a definition', 'jobs survive a restart'],
    requiredEquipment: ['restart'],
    runsAlone: true,
    async run(t) {
      const target = { definitionId: 'conformance-pausable' }
      const id = await whilePaused(t, target, async () => {
        const job = await t.send('conformance.pausable')
        await t.engine.restart!()
        assert.ok(await isListed(t, target))
        await expectQueued(t, job.id)
        return job.id
      })
      await expectCompleted(t, id)
    },
  },
  {
    id: 'pause-by-a-sender',
    title: 'a process that only sends can pause and resume a definition',
    requiredFeatures: ['pauseJobs of a definition', 'pauseJobs by a sender'],
    requiredEquipment: ['anotherClient'],
    pausesDefinition: true,
    async run(t) {
      const sender = await t.engine.anotherClient!()
      const target = { definitionId: 'conformance-pausable' }
      await sender.pauseJobs(target)
      try {
        const { id } = await t.send('conformance.pausable')
        await expectQueued(t, id)
        await sender.resumeJobs(target)
        await expectCompleted(t, id)
      } finally {
        await sender.resumeJobs(target)
        await sender.close()
      }
    },
  },
  {
    id: 'pause-target-is-checked',
    title: 'a pause without a valid definition or tenant, or with both, is rejected',
    requiredFeatures: ['pauseJobs of a definition'],
    async run(t) {
      const both = { definitionId: 'conformance-pausable', tenantId: t.tenantId }
      for (const target of [undefined, {}, both, { definitionId: '' }, { tenantId: ' ' }, { event: 'a' }, 'all']) {
        await t.expectError('invalid_option', () => untyped(t.client).pauseJobs(target))
        await t.expectError('invalid_option', () => untyped(t.client).resumeJobs(target))
      }
    },
  },
  {
    id: 'pause-of-an-unknown-definition',
    title: 'a definition that this process does not define can be paused',
    requiredFeatures: ['pauseJobs of a definition', 'pauseJobs by a sender'],
    async run(t) {
      const unknown = { definitionId: t.unique('nobody') }
      await whilePaused(t, unknown, async () => assert.ok(await isListed(t, unknown)))
    },
  },
])

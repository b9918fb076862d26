import { expect, test } from 'vitest'

import type { JobStore } from '../../src/store/job-store.ts'
import type { StoredRun } from '../../src/records/stored-run.ts'
import { changed, countOf, openDatabase, openStore } from '../kit/open-store.ts'
import { createEnvelope } from '../kit/stored-run.ts'
import { createTestFile } from '../kit/test-file.ts'

const now = 1_000_000
const workflow = { definitionId: 'flow', event: 'work.requested', maxAttempts: 3 }
const payload = { tenantId: 'acme', month: 2 }

async function claim(store: JobStore): Promise<StoredRun> {
  const [run] = await changed(store, () => store.claim(1, () => undefined, now))
  run!.workflow ??= { origin: run!.id, version: null, steps: [], ended: 0 }
  return run!
}

/** Opens a store that holds a run of a workflow with a step that waits. */
async function open() {
  const { path } = createTestFile()
  const store = openStore(path)
  const envelope = createEnvelope()
  await changed(store, () => store.add([envelope], now))
  await changed(store, () => store.takeDueJobs(10, now).forEach((job) => store.addRuns(job, [workflow], now)))
  const run = await claim(store)
  const wait = { key: 'answer', kind: 'waitForEvent', state: 'waiting', attempts: 0, startedAt: now } as const
  const step = { ...wait, event: 'order.refunded', until: now + 1000 }
  run.workflow!.steps.push(step)
  await changed(store, () => store.saveStep(run, step, now))
  return { path, store, envelope, run }
}

test('a run that begins again waits for a slot, without its steps, waits and attempts', async () => {
  const { path, store, envelope, run } = await open()
  await changed(store, () => store.settle(run, 1, { type: 'restarted', payload, at: now, since: 0 }, now, true))
  expect(store.get(envelope.id)).toMatchObject({
    runs: [
      {
        state: 'queued',
        attempts: 0,
        retriedAt: now,
        workflow: { steps: [], restart: { count: 1, payload, at: now, since: 0 } },
      },
    ],
  })
  expect(['cgk_steps', 'cgk_waits', 'cgk_attempts'].map((table) => countOf(openDatabase(path), table))).toEqual([
    0, 0, 0,
  ])
  expect(await claim(store)).toMatchObject({ attempts: 1, workflow: { origin: `${run.id}#1` } })
})

test('what an attempt from before a restart still records does not reach the run', async () => {
  const { store, envelope, run } = await open()
  await changed(store, () => store.settle(run, 1, { type: 'restarted', payload, at: now, since: 0 }, now, true))
  const anew = await claim(store)
  expect(anew.attempts).toBe(run.attempts)
  expect(await changed(store, () => store.settle(run, 1, { type: 'completed' }, now, true))).toBe(false)
  expect(await changed(store, () => store.saveStep(run, run.workflow!.steps[0]!, now))).toBe(false)
  expect(store.get(envelope.id)).toMatchObject({ runs: [{ state: 'running', workflow: { steps: [] } }] })
  expect(await changed(store, () => store.settle(anew, 1, { type: 'completed', output: 2 }, now, true))).toBe(true)
})

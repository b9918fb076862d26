import type { JobClient, JobStatus } from '@cgk-platform/jobs-core'
import { describe, expect, type TestContext, test } from 'vitest'

import { openFile } from '../../src/store/sqlite/file/open-file.ts'
import { readsTypeScript, together } from '../kit/run-node.ts'
import { ask, createSharedFile, type SharedTestFile } from '../kit/shared-file.ts'
import type { Child } from '../kit/start-module.ts'
import { waitUntil } from '../kit/wait-until.ts'

/** Code of a worker whose job does its work for a while, or ends the process if its event is called `poison`. */
const worker = (
  poison: string,
  workMs: number,
  config: string,
): string => `await work([job(async ({ payload: { event } }) => {
  say('begun', event)
  if (event === 'poison') setTimeout(() => { ${poison} }, 20)
  await new Promise((resolve) => setTimeout(resolve, event === 'poison' ? 1e8 : ${workMs}))
})], ${config})`

/** Starts a worker, and another one whenever it ends, as a supervisor does. Returns all of them. */
function supervise(
  { start }: SharedTestFile,
  text: string,
  onTestFinished: TestContext['onTestFinished'],
): readonly Child[] {
  const lives: Child[] = []
  let isOver = false
  const begin = (): void => {
    if (isOver) return
    const child = start(text)
    lives.push(child)
    void child.ended.then(begin)
  }
  onTestFinished(() => void (isOver = true))
  begin()
  return lives
}

async function endOf(client: JobClient, ids: readonly string[]): Promise<readonly JobStatus[]> {
  return Promise.all(ids.map((id) => client.waitForJob(id, { timeout: '140s' })))
}

describe.runIf(readsTypeScript)('a job that ends its process', together, () => {
  test.for<[how: string, poison: string]>([
    ['with `process.exit`', 'process.exit(1)'],
    ['with an error in a timer', "throw new Error('poison')"],
    ['with SIGKILL, as the out-of-memory killer does', 'die()'],
  ])('%s is the only one of 200 that fails', async ([_, poison], { onTestFinished }) => {
    const file = createSharedFile(onTestFinished)
    const { client } = file
    const items = Array.from({ length: 200 }, (_value, index) => ({
      event: 'analytics.track' as const,
      payload: { tenantId: `tenant-${index % 7}`, event: index === 60 ? 'poison' : `job ${index}` },
    }))
    const ids = (await client.sendJobs(items)).map((result) => (result.ok ? result.job.id : ''))
    const lives = [1, 2].map(() => supervise(file, worker(poison, 100, '{ concurrency: 30 }'), onTestFinished))
    const poisonId = ids.splice(60, 1)[0]!
    const others = await endOf(client, ids)
    expect(others.filter(({ state, runs }) => state !== 'completed' || runs[0]?.attempts !== 1)).toEqual([])
    const [poisoned] = await endOf(client, [poisonId])
    expect(poisoned).toMatchObject({
      state: 'failed',
      runs: [{ attempts: 3, maxAttempts: 3, error: { code: 'attempts_exhausted' } }],
    })
    const begun = lives.flat().flatMap(({ lines }) => lines.filter((line) => line === 'begun poison'))
    expect(begun.length).toBeGreaterThan(3)
  })

  test('does not fail 30 longer jobs beside it in the only worker', async ({ onTestFinished }) => {
    const file = createSharedFile(onTestFinished)
    const { client } = file
    const ids = [await ask(client, 'poison')]
    for (let index = 0; index < 30; index++) ids.push(await ask(client, `job ${index}`))
    supervise(file, worker('process.exit(1)', 1000, '{}'), onTestFinished)
    const [poisoned, ...others] = await endOf(client, ids)
    expect(others.filter(({ state, runs }) => state !== 'completed' || runs[0]?.attempts !== 1)).toEqual([])
    expect(poisoned).toMatchObject({ state: 'failed', runs: [{ attempts: 3 }] })
  })

  test('does not fail a job that is alone in another client of its process', async ({ onTestFinished }) => {
    const file = createSharedFile(onTestFinished)
    const { client } = file
    const clients = `
      const { existsSync, writeFileSync } = await import('node:fs')
      const begun = path + '.begun'
      const workers = [
        job(async () => {
          writeFileSync(begun, '')
          await new Promise((resolve) => setTimeout(resolve, 1500))
        }, { retry: { maxAttempts: 1 } }),
        defineJob({ id: 'poison', event: 'analytics.page_view', async handler() {
          while (!existsSync(begun)) await new Promise((resolve) => setTimeout(resolve, 10))
          process.exit(1)
        } }),
      ].map((definition) => work([definition], {}))
      await Promise.all(workers)`
    const lives = supervise(file, clients, onTestFinished)
    const connection = openFile(file.path)
    onTestFinished(() => connection.close())
    // Otherwise the client that starts first can take the job of the other, of which it does not know.
    await waitUntil(() => connection.all('SELECT DISTINCT definition_id FROM cgk_definitions').length === 2)
    const innocent = await ask(client)
    const { id: poison } = await client.sendJob('analytics.page_view', { tenantId: 'acme', url: '/' })
    const [spared, poisoned] = await endOf(client, [innocent, poison])
    expect(spared).toMatchObject({ state: 'completed', runs: [{ attempts: 1 }] })
    expect(poisoned).toMatchObject({ state: 'failed', runs: [{ attempts: 3, error: { code: 'attempts_exhausted' } }] })
    // The first crash was beside the other job, so it did not count.
    expect(lives.length).toBe(5)
  })
})

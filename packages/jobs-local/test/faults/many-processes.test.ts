import { describe, expect, test } from 'vitest'

import { readsTypeScript } from '../kit/run-node.ts'
import { createSharedFile } from '../kit/shared-file.ts'
import { waitUntil } from '../kit/wait-until.ts'

describe.runIf(readsTypeScript)('processes that start at once', { timeout: 180_000 }, () => {
  test('a hundred of them on a file that is not there yet, each of which sends and works, lose nothing', async ({
    onTestFinished,
  }) => {
    const { client, start } = createSharedFile(onTestFinished)
    const text = `
      const client = open([job(({ payload }) => payload.event)])
      const { id } = await client.sendJob('analytics.track', { tenantId: 'acme', event: String(process.pid) })
      say(id)
      await client.close()
    `
    // The first leaves its code compiled for the others.
    expect(await start(text).ended).toEqual({ code: 0, signal: null })
    const children = Array.from({ length: 99 }, () => start(text))
    const ends = await Promise.all(children.map(({ ended }) => ended))
    const problems = children.filter((_, index) => ends[index]!.code !== 0).map(({ stderr }) => stderr)
    expect(problems).toEqual([])
    start('await work([job(({ payload }) => payload.event)])')
    await waitUntil(async () => {
      const { jobs } = await client.listJobs({ limit: 1000 })
      return jobs.length === 100 && jobs.every(({ state }) => state === 'completed')
    })
    const { jobs } = await client.listJobs({ limit: 1000 })
    expect(new Set(jobs.map(({ runs }) => runs[0]?.output)).size).toBe(100)
  })
})

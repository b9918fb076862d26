import { describe, expect, test } from 'vitest'

import { readsTypeScript } from '../kit/run-node.ts'
import { createSharedFile } from '../kit/shared-file.ts'
import { waitUntil } from '../kit/wait-until.ts'

describe.runIf(readsTypeScript)('processes that start at the same time', () => {
  test('lose nothing when thirty share a new file, all send and each fifth is a worker', async ({ onTestFinished }) => {
    const { client, start } = createSharedFile(onTestFinished)
    const text = `
      const { ROLE: role } = process.env
      const client = open(role === 'send' ? [] : [job(({ payload }) => payload.event)], { role })
      await client.sendJob('analytics.track', { tenantId: 'acme', event: String(process.pid) })
      await client.close()
    `
    const env = (number: number) => ({ ROLE: number % 5 === 0 ? 'both' : 'send' })
    // The first process fills the compile cache for the others.
    expect(await start(text, { env: env(0) }).ended).toEqual({ code: 0, signal: null })
    const children = Array.from({ length: 29 }, (_, index) => start(text, { env: env(index + 1) }))
    const ends = await Promise.all(children.map(({ ended }) => ended))
    const problems = children.filter((_, index) => ends[index]!.code !== 0).map(({ stderr }) => stderr)
    expect(problems).toEqual([])
    start('await work([job(({ payload }) => payload.event)])')
    await waitUntil(async () => {
      const { jobs } = await client.listJobs({ limit: 1000 })
      return jobs.length === 30 && jobs.every(({ state }) => state === 'completed')
    })
    const { jobs } = await client.listJobs({ limit: 1000 })
    expect(new Set(jobs.map(({ runs }) => runs[0]?.output)).size).toBe(30)
  })
})

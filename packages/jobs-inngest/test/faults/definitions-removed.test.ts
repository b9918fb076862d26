import { defineJob } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { openJobs } from '../kit/open-jobs.ts'

const payload = { tenantId: 'acme' }
const notFound = 'Function "jobs-gone" was not found in this app; is the app synced correctly?'

/** Opens a job with two definitions. The next version of the app has only one. */
async function openBoth() {
  const handled: string[] = []
  const kept = defineJob({ id: 'kept', event: 'work.asked', handler: () => void handled.push('kept') })
  const gone = defineJob({
    id: 'gone',
    event: 'work.asked',
    retry: { maxAttempts: 2 },
    handler: () => void handled.push('gone'),
  })
  const opened = await openJobs({ jobs: [kept, gone], engine: { retryDelayMs: () => 3000 } })
  return {
    ...opened,
    handled,
    /** Sends a delayed job and waits until it has its two runs. */
    async sendForLater() {
      const { id } = await opened.client.sendJob('work.asked', payload, { delay: 4000 })
      await opened.until(async () => (await opened.client.getJobStatus(id)).runs.length === 2)
      return id
    },
    /** Deploys the app again at its URL with these of its definitions. */
    async deploy(names: readonly ('kept' | 'gone')[]) {
      await opened.app.close()
      const jobs = [kept, gone].filter((one) => names.includes(one.id as 'kept' | 'gone'))
      const next = await opened.openApp({ jobs, port: opened.app.port })
      return { ...next, close: () => next.app.close() }
    },
  }
}

describe('a definition that was removed while a run of it waits', () => {
  test('fails the run after its attempts, and names what is missing', async () => {
    const { client, deploy, sendForLater, handled } = await openBoth()
    const id = await sendForLater()
    await deploy(['kept'])
    const status = await client.waitForJob(id)
    expect(status.state).toBe('failed')
    expect(Object.fromEntries(status.runs.map(({ definitionId, state }) => [definitionId, state]))).toEqual({
      gone: 'failed',
      kept: 'completed',
    })
    expect(status.runs.find(({ definitionId }) => definitionId === 'gone')!.error!.message).toBe(notFound)
    expect(handled).toEqual(['kept'])
  })

  test('continues the run after a deployment that has it again', async () => {
    const { client, deploy, sendForLater, until, handled } = await openBoth()
    const id = await sendForLater()
    const without = await deploy(['kept'])
    await until(async () => {
      const { runs } = await client.getJobStatus(id)
      return runs.some(({ error }) => error !== undefined) && runs.some(({ state }) => state === 'completed')
    })
    await without.close()
    await deploy(['kept', 'gone'])
    await expect(client.waitForJob(id)).resolves.toMatchObject({ state: 'completed' })
    // A run that a deployment interrupts is repeated.
    expect(new Set(handled)).toEqual(new Set(['gone', 'kept']))
  })
})

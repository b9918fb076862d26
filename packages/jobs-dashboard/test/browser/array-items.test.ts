import { defineEvents, type EventsOf } from '@cgk-platform/jobs-core'
import { createJobClient } from '@cgk-platform/jobs-local'
import { expect, test } from 'vitest'
import { z } from 'zod'

import { openPages } from './kit/open-pages.ts'
import { quietLogger } from './kit/quiet-logger.ts'

const events = {
  'notes.kept': z.object({
    tenantId: z.string(),
    notes: z.array(z.string()),
    extras: z.array(z.record(z.string(), z.number())),
  }),
}
defineEvents(events)

declare module '@cgk-platform/jobs-core' {
  interface JobEvents extends EventsOf<typeof events> {}
}

const pages = openPages({
  name: 'the local engine in memory',
  async open() {
    const client = createJobClient({ provider: 'local', jobs: [], logger: quietLogger, config: { store: 'memory' } })
    await client.start()
    return { client, close: () => client.close({ timeout: 0 }) }
  },
})

test('the items after a removed one keep their texts and line ends', async () => {
  const payload = { tenantId: 'acme', notes: ['one', 'two\nlines'], extras: [{ first: 1 }, { second: 2 }] }
  const id = await pages.sent('scheduled', 'notes.kept', payload, { delay: '1d' })
  const page = await pages.open(`/send?from=${encodeURIComponent(id)}`)
  await page.getByRole('button', { name: 'Remove extras 1' }).click()
  const extra = page.getByLabel('extras 1 as JSON')
  await expect.poll(async () => JSON.parse(await extra.inputValue()) as unknown).toEqual({ second: 2 })
  await page.getByRole('button', { name: 'Remove notes 1' }).click()
  await page.getByLabel('notes 1', { exact: true }).press('Control+End')
  await page.getByLabel('notes 1', { exact: true }).pressSequentially('!')
  const request = page.waitForRequest(/\/api\/send/)
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  const sent = (await request).postDataJSON() as { readonly payload: unknown }
  expect(sent.payload).toEqual({ notes: ['two\nlines!'], extras: [{ second: 2 }] })
})

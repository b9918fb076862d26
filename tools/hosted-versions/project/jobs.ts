import { type Definition, defineEvents, defineJob, defineWorkflow, eventType } from '@cgk-platform/jobs-core'

interface Numbered {
  tenantId: string
  number: number
}

declare module '@cgk-platform/jobs-core' {
  interface JobEvents {
    'versions.plain': Numbered
    'versions.retried': Numbered
    'versions.waits': Numbered
    'versions.told': Numbered
    'versions.endless': Numbered
  }
}

const numbered = eventType<Numbered>()
defineEvents({
  'versions.plain': numbered,
  'versions.retried': numbered,
  'versions.waits': numbered,
  'versions.told': numbered,
  'versions.endless': numbered,
})

const plain = defineJob({
  id: 'plain',
  event: 'versions.plain',
  handler: ({ payload }) => ({ doubled: payload.number * 2 }),
})

const retried = defineJob({
  id: 'retried',
  event: 'versions.retried',
  retry: { maxAttempts: 2, backoff: 'fixed', initialDelay: 1000 },
  handler: (_event, { attempt }) => {
    if (attempt === 1) throw new Error('busy')
    return attempt
  },
})

const waits = defineWorkflow({
  id: 'waits',
  event: 'versions.waits',
  version: '1',
  steps: async ({ payload }, step) => {
    const one = await step.run('one', () => payload.number)
    await step.sleep('nap', '1s')
    const told = await step.waitForEvent('told', 'versions.told', { match: 'number', timeout: '1h' })
    return step.run('two', () => [one, told?.payload.number ?? null])
  },
})

const endless = defineJob({
  id: 'endless',
  event: 'versions.endless',
  handler: (_event, { signal }) =>
    new Promise<void>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    }),
})

const told = defineJob({ id: 'told', event: 'versions.told', handler: () => undefined })

/** The definitions of the worker. */
export const jobs: readonly Definition[] = [plain, retried, waits, endless, told]

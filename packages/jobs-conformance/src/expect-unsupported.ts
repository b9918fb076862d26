import {
  defineBatchJob,
  defineCronJob,
  defineJob,
  defineWorkflow,
  type Definition,
  type JobClient,
} from '@cgk-platform/jobs-core'
import { checkDefinitionSupport } from '@cgk-platform/jobs-core/hosted'
import type { Feature } from '@cgk-platform/jobs-core/provider'
import { internalsOf, requireFeature, withSeparateRegistry } from '@cgk-platform/jobs-core/tools'

import type { CaseTools } from './case-tools.ts'

/**
 * Checks that an engine rejects a feature that it declares as unsupported. It must throw `UnsupportedFeatureError` at
 * the send or the call, or when a client starts with a definition that needs the feature.
 */
export async function expectUnsupported(t: CaseTools, feature: Feature): Promise<void> {
  const use = uses[feature]
  if (use) await t.expectError('unsupported_feature', () => use(t))
}

const handler = (): void => undefined
const cron = { schedule: '0 9 * * *', handler }
const event = 'conformance.plain' as never

/** Uses each feature. Omits features that an engine cannot reject, such as fields of the status. */
const uses: Partial<Record<Feature, (t: CaseTools) => Promise<unknown>>> = {
  delay: (t) => t.send('conformance.plain', {}, { options: { delay: '1h' } }),
  idempotencyKey: (t) => t.send('conformance.plain', {}, { options: { idempotencyKey: t.unique('key') } }),
  reference: (t) => t.send('conformance.plain', {}, { options: { reference: t.unique('order') } }),
  transaction: (t) => t.send('conformance.plain', {}, { options: { transaction: {} } }),
  'transaction of a handler': (t) =>
    define(t, () => defineJob({ id: 'conformance-refused', event, handler, transaction: true })),
  'maxAttempts of a send, raised': (t) => t.send('conformance.once', {}, { options: { maxAttempts: 2 } }),
  'cancelJob of a waiting job': async (t) => {
    if (!t.capabilities.features.delay.supported) return expectDelayUnsupported(t, 'cancelJob of a waiting job')
    const { id } = await t.send('conformance.plain', {}, { options: { delay: '1h' } })
    return t.client.cancelJob(id)
  },
  'cancelJob of a running job': async (t) => {
    const { id } = await t.send('conformance.plain', { waitMs: 2000 })
    await t.waitForState(id, 'running')
    return t.client.cancelJob(id)
  },
  retryJob: async (t) => {
    const { id } = await t.send('conformance.once', { failure: { as: 'error' } })
    await t.waitForEnd(id)
    return t.client.retryJob(id)
  },
  listJobs: (t) => t.client.listJobs(),
  'inspect.getJob': (t) => t.client.inspect.getJob('job_1'),
  'inspect.listJobs': (t) => t.client.inspect.listJobs(),
  'inspect.listJobs by definition': (t) => t.client.inspect.listJobs({ definitionId: 'conformance-plain' }),
  'inspect.listJobs by state': (t) => t.client.inspect.listJobs({ states: ['failed'] }),
  'inspect.listJobs by time': (t) => t.client.inspect.listJobs({ since: new Date(t.now()) }),
  'inspect.listJobs by end': (t) => t.client.inspect.listJobs({ endedSince: new Date(t.now()) }),
  'inspect.listJobs by payload': (t) => t.client.inspect.listJobs({ payloadText: 'failed' }),
  'inspect.listJobs by error': (t) => t.client.inspect.listJobs({ errorText: 'failed' }),
  'inspect.listJobs, oldest first': (t) => t.client.inspect.listJobs({ order: 'oldest' }),
  'inspect.listWorkers': (t) => t.client.inspect.listWorkers(),
  'inspect.runCronJob': (t) => t.client.inspect.runCronJob('conformance-cron-manual'),
  'pauseJobs of a definition': (t) => t.client.pauseJobs({ definitionId: 'conformance-paused' }),
  'pauseJobs of a tenant': (t) => t.client.pauseJobs({ tenantId: t.tenantId }),
  'pauseJobs by a sender': (t) => t.client.pauseJobs({ definitionId: t.unique('nobody') }),
  'workflows: events only for waits': async (t) => {
    const items = [{ event, payload: { tenantId: t.tenantId } }]
    const results = await internalsOf(t.client)?.sendForWaits?.(items, false)
    for (const result of results ?? []) if (!result.ok) throw result.error
  },
  'workflows: compensateOnCancel': (t) =>
    define(t, () =>
      defineWorkflow({ id: 'conformance-refused', event, steps: () => undefined, compensateOnCancel: true }),
    ),
  timeout: (t) => define(t, () => defineJob({ id: 'conformance-refused', event, handler, timeout: 1000 })),
  runTimeout: (t) => define(t, () => defineJob({ id: 'conformance-refused', event, handler, runTimeout: 1000 })),
  concurrency: (t) => define(t, () => defineJob({ id: 'conformance-refused', event, handler, concurrency: 1 })),
  'concurrency.perTenant': (t) =>
    define(t, () => defineJob({ id: 'conformance-refused', event, handler, concurrency: { perTenant: 1 } })),
  'concurrency.key': (t) =>
    define(t, () =>
      defineJob({ id: 'conformance-refused', event, handler, concurrency: { key: 'tenantId', limit: 1 } }),
    ),
  'concurrency: several limits': (t) =>
    define(t, () => defineJob({ id: 'conformance-refused', event, handler, concurrency: { limit: 2, perTenant: 1 } })),
  throttle: (t) =>
    define(t, () => defineJob({ id: 'conformance-refused', event, handler, throttle: { limit: 1, period: '1s' } })),
  maxWaiting: async (t) => {
    const client = t.engine.createClient?.({ jobs: [], maxWaiting: { limit: 1 } })
    if (client) return client.capabilities()
    return requireFeature({ name: t.target.name, capabilities: t.capabilities }, 'maxWaiting')
  },
  debounce: (t) =>
    define(t, () => defineJob({ id: 'conformance-refused', event, handler, debounce: { period: '1s' } })),
  batches: (t) =>
    define(t, () =>
      defineBatchJob({ id: 'conformance-refused', event, handler: () => undefined, maxSize: 2, maxWait: '1s' }),
    ),
  priority: (t) => t.send('conformance.plain', {}, { options: { priority: 1 } }),
  'priority below 0': (t) => t.send('conformance.plain', {}, { options: { priority: -1 } }),
  cron: (t) => define(t, () => defineCronJob({ id: 'conformance-refused', ...cron })),
  'cron.tenants': (t) => define(t, () => defineCronJob({ id: 'conformance-refused', ...cron, tenants: () => ['one'] })),
  "cron.overlap: 'skip'": (t) =>
    define(t, () => defineCronJob({ id: 'conformance-refused', ...cron, overlap: 'skip' })),
  "cron.overlap: 'allow'": (t) =>
    define(t, () => defineCronJob({ id: 'conformance-refused', ...cron, overlap: 'allow' })),
  "cron.catchUp: 'latest'": (t) =>
    define(t, () => defineCronJob({ id: 'conformance-refused', ...cron, catchUp: 'latest' })),
}

/** Starts a client with the definition. If the target cannot create clients, runs the check that every client runs. */
async function define(t: CaseTools, make: () => unknown): Promise<void> {
  const definition = withSeparateRegistry(make) as Definition
  const client: JobClient | undefined = t.engine.createClient?.({ jobs: [definition] })
  if (!client) return checkDefinitionSupport({ name: t.target.name, capabilities: t.capabilities }, [definition])
  try {
    await client.start()
  } finally {
    await client.close().catch(() => undefined) // it may not have started
  }
}

/** Without delays no job waits long enough to be cancelled, so only the rejected delay can be checked. */
function expectDelayUnsupported(t: CaseTools, _feature: Feature): Promise<unknown> {
  return t.send('conformance.plain', {}, { options: { delay: '1h' } })
}

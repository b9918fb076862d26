import {
  defineBatchJob,
  defineCronJob,
  defineEvents,
  defineJob,
  defineWorkflow,
  type Definition,
  eventType,
  type JobClient,
} from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'

import type { LocalConfig } from '../../src/provider/local-config.ts'
import { createLocalProvider } from '../../src/provider/local-provider.ts'
import type { Migration } from '../../src/store/sqlite/file/schema.ts'
import { createVirtualClock } from '../../src/testing/virtual-clock.ts'
import { passVirtualTime } from '../conformance/pass-virtual-time.ts'

// The jobs of the golden files: a file with a job in each state, as a version of this package left it.

/** The payload of their events. */
interface Golden {
  tenantId: string
  key?: string
}

declare module '@cgk-platform/jobs-core' {
  interface JobEvents {
    'golden.simple': Golden
    'golden.failing': Golden
    'golden.retrying': Golden
    'golden.running': Golden
    'golden.keyed': Golden
    'golden.debounced': Golden
    'golden.batched': Golden
    'golden.asleep': Golden
    'golden.waiting': Golden
    'golden.calling': Golden
    'golden.called': Golden
    'golden.compensated': Golden
    'golden.held': Golden
    'golden.answer': Golden
    'golden.unhandled': Golden
  }
}
const golden = eventType<Golden>()
defineEvents({
  'golden.simple': golden,
  'golden.failing': golden,
  'golden.retrying': golden,
  'golden.running': golden,
  'golden.keyed': golden,
  'golden.debounced': golden,
  'golden.batched': golden,
  'golden.asleep': golden,
  'golden.waiting': golden,
  'golden.calling': golden,
  'golden.called': golden,
  'golden.compensated': golden,
  'golden.held': golden,
  'golden.answer': golden,
  'golden.unhandled': golden,
})

/** The time at which the golden files begin. */
export const goldenStart: Date = new Date('2026-01-01T00:00:30Z')
/** The time at which they end: their writer was killed then. */
export const goldenEnd: Date = new Date('2026-01-01T01:01:31Z')

/**
 * Returns the definitions.
 *
 * @param isFrozen - whether handlers fail or never end, as in the process that wrote a golden file
 * @param did - called with each side effect
 */
export function goldenJobs(isFrozen: boolean, did: (what: string) => void): Definition[] {
  const frozen = (): Promise<never> | undefined => (isFrozen ? new Promise(() => undefined) : undefined)
  const fail = (): void => {
    if (isFrozen) throw new Error('The mail server is busy')
  }
  const definitions = [
    defineJob({ id: 'simple', event: 'golden.simple', priority: 10, handler: ({ payload }) => payload.key ?? 'done' }),
    defineJob({
      id: 'failing',
      event: 'golden.failing',
      retry: { maxAttempts: 2, initialDelay: 1 },
      handler: () => (fail(), 'retried'),
    }),
    defineJob({
      id: 'retrying',
      event: 'golden.retrying',
      retry: { initialDelay: '1h', maxDelay: '1h' },
      handler: () => (fail(), 'at last'),
    }),
    defineJob({
      id: 'running',
      event: 'golden.running',
      concurrency: 1,
      handler: async () => (await frozen(), 'ended'),
    }),
    defineJob({
      id: 'keyed',
      event: 'golden.keyed',
      concurrency: { key: 'key', limit: 1 },
      throttle: { key: 'key', limit: 1, period: '1h' },
      handler: ({ payload }) => payload.key,
    }),
    defineJob({
      id: 'debounced',
      event: 'golden.debounced',
      debounce: { period: '1h', key: 'key' },
      handler: () => 'quiet',
    }),
    defineBatchJob({
      id: 'batched',
      event: 'golden.batched',
      maxSize: 10,
      maxWait: '1h',
      handler: (events) => events.map(() => events.length),
    }),
    defineWorkflow({
      id: 'asleep',
      event: 'golden.asleep',
      version: '1',
      steps: async (_event, step) => {
        const first = await step.run('first', () => (did('asleep: first'), 'one'))
        await step.sleep('nap', '1h')
        return [first, await step.run('last', () => (did('asleep: last'), 'two'))]
      },
    }),
    defineWorkflow({
      id: 'waiting',
      event: 'golden.waiting',
      steps: async (_event, step) => {
        const first = await step.run('first', () => (did('waiting: first'), 'one'))
        const answer = await step.waitForEvent('answer', 'golden.answer', { match: 'key', timeout: '30d' })
        return [first, answer?.payload.key]
      },
    }),
    defineWorkflow({
      id: 'calling',
      event: 'golden.calling',
      steps: async ({ payload: { tenantId } }, step) => step.runJob('call', called, { tenantId }),
    }),
    defineWorkflow({
      id: 'compensated',
      event: 'golden.compensated',
      retry: { maxAttempts: 1 },
      steps: async (_event, step) => {
        await step.run('first', () => 'one', { compensate: () => did('compensated: first') })
        await step.run('last', fail)
      },
    }),
    defineJob({ id: 'held', event: 'golden.held', handler: () => 'released' }),
    defineCronJob({ id: 'hourly', schedule: '0 * * * *', handler: () => 'ticked' }),
  ]
  const called = defineJob({ id: 'called', event: 'golden.called', handler: async () => (await frozen(), 'answered') })
  return [...definitions, called] as unknown as Definition[]
}

/** An engine on a golden file, in virtual time. */
export interface GoldenEngine {
  readonly client: JobClient
  pass(durationMs: number): Promise<void>
}

/** Opens an engine on a file at a time. */
export function openGolden(
  path: string,
  at: Date,
  jobs: readonly Definition[],
  config?: LocalConfig,
  migrations?: readonly Migration[],
): GoldenEngine {
  const clock = createVirtualClock(at.getTime())
  const internals = { clock, random: () => 0, ownTime: true, migrations }
  const provider = createLocalProvider({ path, retention: { age: '365d' }, ...config }, internals)
  const client = createClient({ load: () => provider }, { jobs: [...jobs], clock, logger: createRecordedLogger() })
  return { client, pass: (durationMs) => passVirtualTime(provider, clock, durationMs) }
}

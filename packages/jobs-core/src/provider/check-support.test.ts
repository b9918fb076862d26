import { describe, expect, test } from 'vitest'

import { capabilitiesWithout, createFakeProvider } from '../../test/kit/fake-provider.ts'
import { UnsupportedFeatureError } from '../errors/unsupported-feature-error.ts'
import { type CronJobOptions, defineCronJob } from '../jobs/define-cron-job.ts'
import { defineJob } from '../jobs/define-job.ts'
import type { Definition } from '../jobs/definition.ts'
import type { Feature } from '../engines/capabilities.ts'
import { checkDefinitionSupport, findUnsupported, requireFeature } from './check-support.ts'

const handler = () => undefined
const job = (options: object) =>
  defineJob({ id: 'job', event: 'order.created', handler, ...options }) as unknown as Definition
const cron = (options: Partial<CronJobOptions<void>> = {}): Definition =>
  defineCronJob({ id: 'cron', schedule: '0 9 * * *', handler, ...options })

type Limits = Parameters<typeof capabilitiesWithout>[1]
const check =
  (definition: Definition, without: readonly Feature[] = [], limits?: Limits) =>
  () =>
    checkDefinitionSupport({ name: 'plain', capabilities: capabilitiesWithout(without, limits) }, [definition])

const needs: readonly [feature: Feature, definition: Definition][] = [
  ['timeout', job({ timeout: '5s' })],
  ['concurrency', job({ concurrency: 1 })],
  ['concurrency', job({ concurrency: { limit: 1 } })],
  ['concurrency.perTenant', job({ concurrency: { perTenant: 1 } })],
  ['concurrency.key', job({ concurrency: { key: 'storeId', limit: 1 } })],
  ['concurrency: several limits', job({ concurrency: { limit: 2, perTenant: 1 } })],
  ['concurrency: several limits', job({ concurrency: [{ limit: 2 }, { key: 'storeId', limit: 1 }] })],
  ['concurrency: several limits', job({ concurrency: { perTenant: 2, key: 'storeId', limit: 1 } })],
  ['cron', cron()],
  ["cron.overlap: 'skip'", cron()],
  ["cron.overlap: 'allow'", cron({ overlap: 'allow' })],
  ["cron.catchUp: 'latest'", cron({ catchUp: 'latest' })],
  ['cron.tenants', cron({ tenants: () => ['acme'] })],
  ['timeout', cron({ timeout: 5 })],
]

describe('a definition', () => {
  test.each(needs)(
    'that needs `%s` is refused where the engine lacks it, with its id and what to do instead',
    (feature, definition) => {
      expect(check(definition)).not.toThrow()
      expect(check(definition, [feature])).toThrow(
        expect.objectContaining({
          code: 'unsupported_feature',
          feature,
          provider: 'plain',
          message: `\`plain\` does not support \`${feature}\`, which \`${definition.id}\` uses. It has none. Do without.`,
        }),
      )
    },
  )

  test('is accepted by an engine that lacks only features that it does not use', () => {
    const used = new Set(needs.map(([feature]) => feature))
    expect(check(job({}), [...used])).not.toThrow()
    expect(check(job({ concurrency: 1 }), ['concurrency.perTenant', 'cron'])).not.toThrow()
    expect(check(job({ concurrency: { perTenant: 1 } }), ['concurrency', 'concurrency: several limits'])).not.toThrow()
    expect(check(cron(), ["cron.overlap: 'allow'", "cron.catchUp: 'latest'", 'cron.tenants'])).not.toThrow()
    expect(check(cron({ overlap: 'allow' }), ["cron.overlap: 'skip'"])).not.toThrow()
  })

  test('cannot have more attempts than the maximum of the engine', () => {
    const limits = { maxAttemptsLimit: 20 }
    expect(check(job({ retry: { maxAttempts: 20 } }), [], limits)).not.toThrow()
    expect(check(job({ retry: { maxAttempts: 21 } }), [], limits)).toThrow(
      expect.objectContaining({
        feature: 'retry.maxAttempts: 21',
        message: expect.stringMatching(/Set it to 20 or less in `job`/),
      }),
    )
  })

  test('cannot have longer delays between attempts than the maximum of the engine', () => {
    const limits = { maxRetryDelayMs: 60_000 }
    expect(check(job({}), [], limits)).not.toThrow()
    expect(check(job({ retry: { maxDelay: '61s' } }), [], limits)).toThrow(
      expect.objectContaining({ feature: 'retry.maxDelay: 61000', message: expect.stringMatching(/to 60000 ms/) }),
    )
  })
})

test('findUnsupported returns all errors of a definition', () => {
  const engine = {
    name: 'plain',
    capabilities: capabilitiesWithout(['timeout', 'concurrency'], { maxAttemptsLimit: 2 }),
    findUnsupported: () =>
      ['an id', 'an event'].map(
        (feature) => new UnsupportedFeatureError({ feature, provider: 'plain', remedy: 'Choose another.' }),
      ),
  }
  const definition = job({ timeout: '5s', concurrency: 1, retry: { maxAttempts: 3 } })
  const found = findUnsupported(engine, definition).map((problem) => (problem as UnsupportedFeatureError).feature)
  expect(found).toEqual(['timeout', 'concurrency', 'retry.maxAttempts: 3', 'an id', 'an event'])
  expect(findUnsupported({ name: 'able', capabilities: capabilitiesWithout([]) }, definition)).toEqual([])
})

/** A provider that was built before these features were known. */
function olderProvider(...unknown: Feature[]) {
  const capabilities = capabilitiesWithout()
  const features = Object.fromEntries(
    Object.entries(capabilities.features).filter(([feature]) => !unknown.includes(feature as Feature)),
  ) as typeof capabilities.features
  return createFakeProvider({ capabilities: { ...capabilities, features } })
}
const refused = (feature: Feature) => ({
  name: 'UnsupportedFeatureError',
  code: 'unsupported_feature',
  feature,
  provider: 'fake',
  message: expect.stringContaining('Install a newer version of the provider package.'),
})

test('a feature that a provider does not list is not supported', () => {
  expect(() => requireFeature(olderProvider('timeout'), 'timeout')).toThrow(expect.objectContaining(refused('timeout')))
  expect(() => requireFeature(olderProvider('timeout'), 'cron')).not.toThrow()
})

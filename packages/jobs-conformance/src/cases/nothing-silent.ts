import assert from 'node:assert/strict'

import { defineJob, type JobClient, type JobEvent, type JobOptions } from '@cgk-platform/jobs-core'
import { JobNotVisibleError } from '@cgk-platform/jobs-core/errors'
import { portablePayloadBytes } from '@cgk-platform/jobs-core/hosted'
import type { Feature } from '@cgk-platform/jobs-core/provider'
import { allFeatures, withSeparateRegistry } from '@cgk-platform/jobs-core/tools'

import type { CaseTools } from '../case-tools.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { casesOf } from '../cases-of.ts'

/** Creates a client of the engine with one definition, like an app, and closes it. */
async function useWith<T>(
  t: CaseTools,
  options: Partial<JobOptions<JobEvent, unknown>>,
  use: (client: JobClient) => Promise<T>,
): Promise<T> {
  const event = 'conformance.plain' as JobEvent
  const definition = withSeparateRegistry(() =>
    defineJob({ id: 'conformance-refused', event, handler: () => undefined, ...options }),
  )
  const client = t.engine.createClient!({ jobs: [definition] })
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}

/** Starts a worker with one definition. Only for one that the engine refuses: another would run jobs of other cases. */
const startWith = (t: CaseTools, options: Partial<JobOptions<JobEvent, unknown>>): Promise<void> =>
  useWith(t, options, (client) => client.start())

/** Checks that the engine accepts a definition. */
const acceptWith = (t: CaseTools, options: Partial<JobOptions<JobEvent, unknown>>): Promise<void> =>
  useWith(t, options, async (client) => assert.equal(await refusalOf(client), undefined))

/** Returns what `healthCheck` tells of refused definitions. */
async function refusalOf(client: JobClient): Promise<string | undefined> {
  const { checks } = await client.healthCheck()
  return checks.find(({ name, ok }) => name === 'definitions' && !ok)?.message
}

/** Cases: an engine rejects what it does not support. */
export const nothingSilentCases: readonly ConformanceCase[] = casesOf(rules.nothingSilent, [
  {
    id: 'capabilities-name-every-feature',
    title: 'the capabilities list every feature, and for each missing one the reason and an alternative',
    async run(t) {
      const features = t.capabilities.features as Partial<typeof t.capabilities.features>
      for (const feature of allFeatures) {
        const support = features[feature]
        assert.ok(support, `The capabilities do not tell of \`${feature}\`.`)
        assert.equal(typeof support.supported, 'boolean')
        if (support.supported) continue
        assert.ok(support.note?.trim() && support.instead?.trim(), `\`${feature}\` lacks a note or what to do instead.`)
      }
      const unknown = Object.keys(features).filter((feature) => !allFeatures.includes(feature as Feature))
      assert.deepEqual(unknown, [])
    },
  },
  {
    id: 'capabilities-have-sound-numbers',
    title: 'the numbers of the capabilities are finite and consistent',
    async run(t) {
      const { minRetryDelayMs, maxRetryDelayMs, retryToleranceMs, abortToleranceMs, ...most } = t.capabilities
      for (const number of [minRetryDelayMs, retryToleranceMs, abortToleranceMs]) {
        assert.ok(Number.isFinite(number) && number >= 0)
      }
      assert.ok(maxRetryDelayMs === undefined || maxRetryDelayMs >= minRetryDelayMs)
      assert.ok(Number.isInteger(most.maxAttemptsLimit) && most.maxAttemptsLimit >= 3)
      assert.ok(Number.isInteger(most.maxPayloadBytes) && most.maxPayloadBytes >= portablePayloadBytes)
      assert.ok(most.maxDelayMs >= 0)
      assert.ok(most.daylightSaving.trim() !== '')
    },
  },
  {
    id: 'lacking-features-are-refused',
    title: 'too many attempts, or a delay or retry delay over the limit, throw instead of being reduced',
    requiredEquipment: ['createClient'],
    async run(t) {
      const { maxAttemptsLimit, maxRetryDelayMs, maxDelayMs } = t.capabilities
      if (maxAttemptsLimit < 1000) {
        const maxAttempts = maxAttemptsLimit + 1
        await t.expectError('unsupported_feature', () => startWith(t, { retry: { maxAttempts } }))
        await t.expectError('unsupported_feature', () => t.send('conformance.nobody', {}, { options: { maxAttempts } }))
      }
      if (maxRetryDelayMs !== undefined) {
        const maxDelay = maxRetryDelayMs + 1
        await t.expectError('unsupported_feature', () => startWith(t, { retry: { maxDelay } }))
      }
      const tenYears = 10 * 365 * 86_400_000
      if (maxDelayMs < tenYears && t.capabilities.features.delay.supported) {
        await t.expectError('unsupported_feature', () =>
          t.send('conformance.nobody', {}, { options: { delay: maxDelayMs + 1 } }),
        )
      }
      // Values at the limit are accepted. Long delays are not tried, because an engine may reject many of them.
      await acceptWith(t, { retry: { maxAttempts: maxAttemptsLimit, maxDelay: '1s' } })
      if (maxRetryDelayMs !== undefined) await acceptWith(t, { retry: { maxDelay: maxRetryDelayMs } })
    },
  },
  {
    id: 'unknown-options-are-refused',
    title: 'an unknown option of a send throws an error that names it',
    async run(t) {
      for (const option of ['dealy', 'retries', 'urgency']) {
        const error = await t.expectError('invalid_option', () =>
          t.send('conformance.nobody', {}, { options: { [option]: 1 } }),
        )
        assert.ok(error.message.includes(option))
      }
    },
  },
  {
    id: 'own-options-are-refused',
    title: 'an unknown option for this engine in `providerOptions` throws an error that names it',
    async run(t) {
      const { provider } = await t.client.healthCheck()
      const options = { providerOptions: { [provider]: { priorty: 1 } } }
      const error = await t.expectError('unsupported_feature', () => t.send('conformance.plain', {}, { options }))
      assert.ok(error.message.includes('priorty'))
    },
  },
  {
    id: 'own-options-of-a-definition-are-refused',
    title: 'an unknown option for this engine in the `providerOptions` of a definition throws an error that names it',
    requiredEquipment: ['createClient'],
    async run(t) {
      const { provider } = await t.client.healthCheck()
      const providerOptions = { [provider]: { priorty: 1 } }
      const error = await t.expectError('unsupported_feature', () => startWith(t, { providerOptions }))
      assert.ok(error.message.includes('priorty'))
    },
  },
  {
    id: 'a-refused-definition-fails-alone',
    title: 'a definition that the engine refuses fails the start, the health check and sends of its event, no others',
    requiredEquipment: ['createClient'],
    async run(t) {
      const { provider } = await t.client.healthCheck()
      const event = 'conformance.nobody' as JobEvent
      await useWith(t, { event, providerOptions: { [provider]: { priorty: 1 } } }, async (client) => {
        const { id } = await t.send('conformance.plain', {}, { client })
        await t.waitUntil('the job can be read', () =>
          client.getJobStatus(id).then(
            (status) => status.id === id,
            (error: unknown) => {
              if (JobNotVisibleError.isInstance(error)) return false
              throw error
            },
          ),
        )
        const refusals = [
          await t.expectError('unsupported_feature', () => t.send('conformance.nobody', {}, { client })),
          await t.expectError('unsupported_feature', () => client.start()),
        ]
        for (const text of [...refusals.map(({ message }) => message), await refusalOf(client)]) {
          assert.ok(text?.includes('priorty') && text.includes('conformance-refused'))
        }
      })
    },
  },
  {
    id: 'options-of-another-engine-are-harmless',
    title: 'options for another engine have no effect',
    async run(t) {
      const options = { providerOptions: { 'some-other-engine': { priority: 7 } } }
      const { id } = await t.send('conformance.plain', {}, { options })
      assert.equal((await t.waitForEnd(id)).state, 'completed')
    },
  },
  {
    id: 'health-is-told',
    title: '`healthCheck` reports whether the engine responds, check by check',
    async run(t) {
      // On a busy machine, jobs of other cases can wait for long enough that no worker seems to take them.
      const health = await t.waitUntil('the engine is healthy', async () => {
        const found = await t.client.healthCheck()
        return found.ok && found
      })
      assert.ok(health.provider !== '')
      assert.ok(health.checks.length > 0)
      for (const check of health.checks) assert.ok(check.name !== '' && check.message !== '')
      assert.equal(
        health.ok,
        health.checks.every(({ ok }) => ok),
      )
    },
  },
  {
    id: 'a-closed-client-says-so',
    title: 'a closed client rejects sends, cancels and retries, still reads, and can be closed again',
    requiredEquipment: ['anotherClient'],
    async run(t) {
      const client = await t.engine.anotherClient!()
      const { id } = await t.send('conformance.plain', {}, { client })
      await t.waitForEnd(id)
      await client.close()
      await client.close()
      await t.expectError('client_closed', () => t.send('conformance.plain', {}, { client }))
      await t.expectError('client_closed', () => client.sendJobs([]))
      await t.expectError('client_closed', () => client.cancelJob(id))
      await t.expectError('client_closed', () => client.retryJob(id))
      assert.equal((await client.getJobStatus(id)).state, 'completed')
      assert.equal((await t.client.getJobStatus(id)).state, 'completed')
    },
  },
])

import { type Capabilities, type Feature, InvalidOptionError } from '@cgk-platform/jobs-core'

import { createJobClient } from '../../../src/create-job-client.ts'
import type { LocalProvider } from '../../../src/local-provider.ts'
import { altered } from './altered.ts'
import { breaking, type BrokenProvider } from './broken-provider.ts'

/** A provider that declares something else. */
function declaring(change: (capabilities: Capabilities) => Partial<Capabilities>) {
  return (provider: LocalProvider) =>
    altered(provider, { capabilities: { ...provider.capabilities, ...change(provider.capabilities) } })
}

function withFeature(feature: string, support: unknown) {
  return declaring(({ features }) => ({ features: { ...features, [feature]: support } as Capabilities['features'] }))
}

/** Faults in what an engine tells of itself, and in how it is chosen. */
export const brokenRest: readonly BrokenProvider[] = [
  ...breaking('nothingSilent', {
    'does not tell of a feature': {
      caughtBy: [],
      wrap: declaring(({ features }) => {
        const { 'several processes': _, ...most } = features
        return { features: most as Record<Feature, Capabilities['features'][Feature]> }
      }),
    },
    'does not tell what to do instead': {
      caughtBy: [],
      wrap: withFeature('several processes', { supported: false, note: 'No.', instead: '' }),
    },
    'tells of a feature that nobody knows': { caughtBy: [], wrap: withFeature('teleport', { supported: true }) },
    'has limits that are no numbers': { caughtBy: [], wrap: declaring(() => ({ retryToleranceMs: Number.NaN })) },
    'takes less than it declares': {
      caughtBy: [],
      wrap: (provider) =>
        altered(provider, {
          send: (envelopes) => {
            const { payload } = envelopes[0]!
            if (JSON.stringify(payload).length < 100_000) return provider.send(envelopes)
            throw new InvalidOptionError({ option: 'payload', problem: 'is too large', remedy: 'Send less.' })
          },
        }),
    },
    'stumbles over options of another engine': {
      caughtBy: [],
      wrap: (provider) =>
        altered(provider, {
          send: (envelopes) => {
            if (envelopes.some(({ providerOptions }) => providerOptions)) throw new TypeError('unknown options')
            return provider.send(envelopes)
          },
        }),
    },
    'is well whatever its checks say': {
      caughtBy: [],
      wrap: (provider) =>
        altered(provider, {
          health: async () => ({
            ok: true,
            provider: 'local',
            checks: [{ name: 'engine', ok: false, message: 'gone' }],
          }),
        }),
    },
    'lists nothing, though it says that it lists': {
      caughtBy: [],
      wrap: (provider) => altered(provider, { list: async () => ({ jobs: [] }) }),
    },
    'tells no time of the next attempt, though it says that it does': {
      caughtBy: [],
      wrap: (provider) =>
        altered(provider, {
          async status(id) {
            const status = await provider.status(id)
            return status && { ...status, runs: status.runs.map(({ nextAttemptAt: _, ...run }) => run) }
          },
        }),
    },
    'tells no beginning, though it says that it does': {
      caughtBy: [],
      wrap: (provider) =>
        altered(provider, {
          async status(id) {
            const status = await provider.status(id)
            if (!status) return status
            const { startedAt: _, ...copy } = status
            return { ...copy, runs: copy.runs.map(({ startedAt: _of, ...run }) => run) }
          },
        }),
    },
  }),
  ...breaking('production', {
    'keeps jobs in memory in production, unasked': { caughtBy: [], createDefault: () => createJobClient() },
  }),
]

import type { Capabilities } from '@cgk-platform/jobs-core'
import type { Feature } from '@cgk-platform/jobs-core/provider'

import { createJobClient } from '../../../src/create-job-client.ts'
import type { LocalProvider } from '../../../src/local-provider.ts'
import { altered } from './altered.ts'
import { breaking, type BrokenProvider } from './broken-provider.ts'
import { lackingEverything } from './lacking-everything.ts'
import { refusingNothing } from './refusing-nothing.ts'

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
      caughtBy: ['capabilities-name-every-feature'],
      wrap: declaring(({ features }) => {
        const { 'several processes': _, ...most } = features
        return { features: most as Record<Feature, Capabilities['features'][Feature]> }
      }),
    },
    'does not tell what to do instead': {
      caughtBy: ['capabilities-name-every-feature'],
      wrap: withFeature('several processes', { supported: false, note: 'No.', instead: '' }),
    },
    'tells of a feature that nobody knows': {
      caughtBy: ['capabilities-name-every-feature'],
      wrap: withFeature('teleport', { supported: true }),
    },
    'has limits that are no numbers': {
      caughtBy: ['capabilities-have-sound-numbers'],
      wrap: declaring(() => ({ retryToleranceMs: Number.NaN })),
    },
    'takes options of its own that it does not know': {
      caughtBy: ['own-options-are-refused'],
      wrap: (provider) => altered(provider, { sendOptions: Object.assign([], { includes: () => true }) }),
    },
    'stumbles over options of another engine': {
      caughtBy: ['options-of-another-engine-are-harmless'],
      wrap: (provider) =>
        altered(provider, {
          send: (envelopes) => {
            if (envelopes.some(({ providerOptions }) => providerOptions)) throw new TypeError('unknown options')
            return provider.send(envelopes)
          },
        }),
    },
    'is well whatever its checks say': {
      caughtBy: ['health-is-told'],
      wrap: (provider) =>
        altered(provider, {
          health: async () => ({
            ok: true,
            provider: 'local',
            checks: [{ name: 'engine', ok: false, message: 'gone' }],
          }),
        }),
    },
    'uses what it says that it lacks': {
      caughtBy: ['lacking-features-are-refused', 'unknown-options-are-refused'],
      wrap: (provider) => altered(provider, { capabilities: lackingEverything(provider.capabilities) }),
      wrapClient: refusingNothing,
    },
  }),
  ...breaking('production', {
    'keeps jobs in memory in production, unasked': {
      caughtBy: ['no-memory-by-default-in-production', 'unknown-provider-is-refused'],
      createDefault: () => createJobClient(),
    },
  }),
]

import type { Envelope, JobProvider } from '@cgk-platform/jobs-core'

import type { LocalProvider } from '../../../src/local-provider.ts'
import { altered, withDefinitions, withSends, withStatus } from './altered.ts'
import { breaking, type BrokenProvider } from './broken-provider.ts'

/** Keeps its own record of keys, with a scope of its own choice. */
function withKeysBy(provider: LocalProvider, scope: (envelope: Envelope) => string): JobProvider {
  const taken = new Map<string, string>()
  return altered(provider, {
    async send(envelopes) {
      const answers = envelopes.map(async (envelope) => {
        const holder = envelope.idempotencyKey && taken.get(scope(envelope))
        if (holder) return { ok: true as const, id: holder, deduplicated: true }
        if (envelope.idempotencyKey) taken.set(scope(envelope), envelope.id)
        const [answer] = await provider.send([envelope])
        return answer!
      })
      return Promise.all(answers)
    },
  })
}

/** Faults that let tenants meet. */
export const brokenTenants: readonly BrokenProvider[] = breaking('tenants', {
  'forgets the tenant of keys': {
    caughtBy: [],
    wrap: (provider) => withKeysBy(provider, ({ event, idempotencyKey }) => `${event}/${idempotencyKey}`),
  },
  'forgets the event of keys': {
    caughtBy: [],
    wrap: (provider) => withKeysBy(provider, ({ tenantId, idempotencyKey }) => `${tenantId}/${idempotencyKey}`),
  },
  'joins tenant and key without a boundary': {
    caughtBy: [],
    wrap: (provider) =>
      withKeysBy(provider, ({ tenantId, event, idempotencyKey }) => `${tenantId}/${event}/${idempotencyKey}`),
  },
  "lists other tenants' jobs": {
    caughtBy: [],
    wrap: (provider) => altered(provider, { list: ({ tenantId: _, ...query }) => provider.list!(query) }),
  },
  'reads every job as that of whoever sent last': {
    caughtBy: [],
    wrap(provider) {
      let last = ''
      return {
        ...withStatus(provider, (status) => ({ ...status, tenantId: last })),
        send(envelopes) {
          last = envelopes.at(-1)?.tenantId ?? last
          return provider.send(envelopes)
        },
      }
    },
  },
  'hands a batch over as that of its first tenant': {
    caughtBy: [],
    wrap: (provider) =>
      altered(provider, {
        send: (envelopes) =>
          provider.send(envelopes.map((envelope) => ({ ...envelope, tenantId: envelopes[0]!.tenantId }))),
      }),
  },
  'counts runs of all tenants together': {
    caughtBy: [],
    wrap: (provider) =>
      withDefinitions(provider, (definition) =>
        definition.concurrency?.perTenant
          ? { ...definition, concurrency: { limit: definition.concurrency.perTenant } }
          : definition,
      ),
  },
  'counts runs of each tenant apart where it should not': {
    caughtBy: [],
    wrap: (provider) =>
      withDefinitions(provider, (definition) =>
        definition.concurrency?.limit
          ? { ...definition, concurrency: { perTenant: definition.concurrency.limit } }
          : definition,
      ),
  },
  'limits no runs': {
    caughtBy: [],
    wrap: (provider) => withDefinitions(provider, ({ concurrency: _, ...definition }) => definition),
  },
  'believes the tenant that a payload names': {
    caughtBy: [],
    wrap: (provider) =>
      withSends(provider, (envelope) => ({
        ...envelope,
        tenantId: (envelope.payload as { tenantId?: string }).tenantId ?? envelope.tenantId,
      })),
  },
})

import { altered, withDefinitions, withStatus } from './altered.ts'
import { breaking, type BrokenProvider } from './broken-provider.ts'
import { withKeysBy } from './with-keys-by.ts'

/** Faults that let tenants meet. */
export const brokenTenants: readonly BrokenProvider[] = breaking('tenants', {
  'forgets the tenant of keys': {
    caughtBy: ['keys-are-scoped-by-tenant', 'keys-cannot-be-forged-across-tenants'],
    wrap: (provider) => withKeysBy(provider, ({ event, idempotencyKey }) => `${event}/${idempotencyKey}`),
  },
  'forgets the event of keys': {
    caughtBy: ['keys-are-scoped-by-event'],
    wrap: (provider) => withKeysBy(provider, ({ tenantId, idempotencyKey }) => `${tenantId}/${idempotencyKey}`),
  },
  'joins tenant and key without a boundary': {
    caughtBy: ['keys-cannot-be-forged-across-tenants'],
    wrap: (provider) =>
      withKeysBy(provider, ({ tenantId, event, idempotencyKey }) => `${tenantId}/${event}/${idempotencyKey}`),
  },
  "lists other tenants' jobs": {
    caughtBy: ['a-tenant-lists-its-own-jobs'],
    wrap: (provider) => altered(provider, { list: ({ tenantId: _, ...query }) => provider.list!(query) }),
  },
  'reads every job as that of whoever sent last': {
    caughtBy: ['tenant-reaches-the-handler', 'keys-are-scoped-by-tenant'],
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
    caughtBy: ['tenant-reaches-the-handler'],
    wrap: (provider) =>
      altered(provider, {
        send: (envelopes) =>
          provider.send(envelopes.map((envelope) => ({ ...envelope, tenantId: envelopes[0]!.tenantId }))),
      }),
  },
  'counts runs of all tenants together': {
    caughtBy: ['concurrency-does-not-hold-other-tenants'],
    wrap: (provider) =>
      withDefinitions(provider, (definition) =>
        definition.concurrency?.perTenant
          ? { ...definition, concurrency: { limit: definition.concurrency.perTenant } }
          : definition,
      ),
  },
  'counts runs of each tenant apart where it should not': {
    caughtBy: ['concurrency-over-all-tenants'],
    wrap: (provider) =>
      withDefinitions(provider, (definition) =>
        definition.concurrency?.limit
          ? { ...definition, concurrency: { perTenant: definition.concurrency.limit } }
          : definition,
      ),
  },
  'limits no runs': {
    caughtBy: [
      'concurrency-per-tenant',
      'concurrency-does-not-hold-other-tenants',
      'concurrency-over-all-tenants',
      'queued-while-another-runs',
    ],
    wrap: (provider) => withDefinitions(provider, ({ concurrency: _, ...definition }) => definition),
  },
})

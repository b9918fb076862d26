import { altered, withHandlers, withSends } from './altered.ts'
import { breaking, type BrokenProvider } from './broken-provider.ts'
import { survivingRestarts } from './surviving-restarts.ts'
import { withKeysBy } from './with-keys-by.ts'

/** Faults that lose jobs, double them, or forget their keys. */
export const brokenDelivery: readonly BrokenProvider[] = breaking('atLeastOnce', {
  'loses a job now and then': {
    caughtBy: ['a-burst-loses-nothing'],
    wrap(provider) {
      let count = 0
      return altered(provider, {
        async send(envelopes) {
          const answers = envelopes.map(async (envelope) => {
            if (++count % 10 === 0) return { ok: true as const, id: envelope.id, deduplicated: false }
            return (await provider.send([envelope]))[0]!
          })
          return Promise.all(answers)
        },
      })
    },
  },
  'takes jobs and runs none': {
    caughtBy: [
      'a-burst-loses-nothing',
      'handler-sends-to-its-engine',
      'another-tenants-status-is-not-found',
      'type-alone-checks-tenant-and-json',
    ],
    wrap: (provider) =>
      altered(provider, {
        send: async (envelopes) => envelopes.map(({ id }) => ({ ok: true as const, id, deduplicated: false })),
      }),
  },
  'calls every handler twice': {
    caughtBy: [
      'a-burst-loses-nothing',
      'a-key-sends-once',
      'a-key-keeps-the-first-payload',
      'a-key-sent-at-once',
      'attempts-share-a-run-id',
    ],
    wrap: (provider) =>
      withHandlers(provider, async ({ handle }) => {
        await handle()
        return handle()
      }),
  },
  'answers a batch in another order': {
    caughtBy: ['a-batch-loses-nothing'],
    wrap: (provider) => altered(provider, { send: async (envelopes) => (await provider.send(envelopes)).toReversed() }),
  },
  'takes no notice of keys': {
    caughtBy: ['a-key-sends-once', 'a-key-keeps-the-first-payload', 'a-key-sent-at-once', 'a-key-twice-in-a-batch'],
    wrap: (provider) => withSends(provider, ({ idempotencyKey: _, ...envelope }) => envelope),
  },
  'does not say that a key was taken': {
    caughtBy: [
      'a-key-sends-once',
      'a-key-stays-taken-after-success',
      'a-key-stays-taken-after-failure',
      'a-key-stays-taken-after-cancel',
    ],
    wrap: (provider) =>
      altered(provider, {
        send: async (envelopes) =>
          (await provider.send(envelopes)).map((answer) => (answer.ok ? { ...answer, deduplicated: false } : answer)),
      }),
  },
  'says of every send that its key was taken': {
    caughtBy: [
      'handle-fields',
      'a-key-sends-once',
      'a-key-is-free-after-its-time',
      'a-key-holds-its-definition-back-alone',
    ],
    wrap: (provider) =>
      altered(provider, {
        send: async (envelopes) =>
          (await provider.send(envelopes)).map((answer) => (answer.ok ? { ...answer, deduplicated: true } : answer)),
      }),
  },
  'takes any key for any other': {
    caughtBy: ['a-key-is-free-after-its-time', 'a-key-holds-its-definition-back-alone'],
    wrap: (provider) => withKeysBy(provider, ({ tenantId, event }) => `${tenantId}/${event}`),
  },
  'loses its jobs in a restart': losingJobsInARestart(),
  'frees a key when its job fails': { caughtBy: ['a-key-stays-taken-after-failure'], wrap: freeingKeysOf('failed') },
  'frees a key when its job completes': {
    caughtBy: ['a-key-stays-taken-after-success', 'a-key-is-free-after-its-time', 'odd-keys', 'hooks-of-sends'],
    wrap: freeingKeysOf('completed'),
  },
  'frees a key when its job is cancelled': {
    caughtBy: ['a-key-stays-taken-after-cancel'],
    wrap: freeingKeysOf('cancelled'),
  },
  'looks for a key before it writes it down': {
    caughtBy: ['a-key-sent-at-once', 'a-key-twice-in-a-batch', 'a-key-is-free-after-its-time'],
    wrap(provider) {
      const written = new Map<string, string>()
      return altered(provider, {
        async send(envelopes) {
          const holders = envelopes.map(({ tenantId, event, idempotencyKey }) =>
            written.get([tenantId, event, idempotencyKey].join()),
          )
          await new Promise((resolve) => setImmediate(resolve))
          const answers = envelopes.map(async ({ idempotencyKey, ...envelope }, index) => {
            const holder = idempotencyKey === undefined ? undefined : holders[index]
            if (holder !== undefined) return { ok: true as const, id: holder, deduplicated: true }
            written.set([envelope.tenantId, envelope.event, idempotencyKey].join(), envelope.id)
            return (await provider.send([envelope]))[0]!
          })
          return Promise.all(answers)
        },
      })
    },
  },
  'keeps keys for ever': {
    caughtBy: ['a-key-is-free-after-its-time'],
    wrap: (provider) => withSends(provider, (envelope) => ({ ...envelope, idempotencyTtlMs: 8.64e13 })),
  },
  'runs what was sent last under a key': {
    caughtBy: ['a-key-keeps-the-first-payload'],
    wrap(provider) {
      const latest = new Map<string, unknown>()
      const nameOf = (one: { tenantId: string; idempotencyKey?: string }) => `${one.tenantId}/${one.idempotencyKey}`
      const byJob = new Map<string, string>()
      return {
        ...withHandlers(provider, ({ event, handle }) => {
          const name = event && byJob.get(event.id)
          return handle(name === undefined ? {} : { event: { ...event, payload: latest.get(name) } })
        }),
        send(envelopes) {
          for (const envelope of envelopes) {
            if (envelope.idempotencyKey === undefined) continue
            if (!latest.has(nameOf(envelope))) byJob.set(envelope.id, nameOf(envelope))
            latest.set(nameOf(envelope), envelope.payload)
          }
          return provider.send(envelopes)
        },
      }
    },
  },
})

/** Makes a provider that takes a key for free once its job has ended in this state. */
function freeingKeysOf(state: string): NonNullable<BrokenProvider['wrap']> {
  return (provider) => {
    const holders = new Map<string, string>()
    return altered(provider, {
      async send(envelopes) {
        const answers = envelopes.map(async (envelope) => {
          const { tenantId, event, idempotencyKey } = envelope
          const name = [tenantId, event, idempotencyKey].join()
          const holder = holders.get(name)
          const freed = holder !== undefined && (await provider.status(holder))?.state === state
          const key = freed ? `${idempotencyKey}/${envelope.id}` : idempotencyKey
          const [answer] = await provider.send([key === undefined ? envelope : { ...envelope, idempotencyKey: key }])
          if (answer?.ok && idempotencyKey !== undefined) holders.set(name, answer.id)
          return answer!
        })
        return Promise.all(answers)
      },
    })
  }
}

/** Makes a provider whose jobs end with its process, though it declares that they do not. */
function losingJobsInARestart(): Omit<BrokenProvider, 'name' | 'rule'> {
  const kept: { id: string; lose: () => Promise<void> }[] = []
  return {
    caughtBy: ['survives-a-restart'],
    wrap: (provider) =>
      altered(provider, {
        capabilities: survivingRestarts(provider.capabilities),
        send(envelopes) {
          kept.push(...envelopes.map(({ id }) => ({ id, lose: () => provider.cancel(id) })))
          return provider.send(envelopes)
        },
      }),
    async restart() {
      for (const { lose } of kept.splice(0)) await lose()
    },
  }
}

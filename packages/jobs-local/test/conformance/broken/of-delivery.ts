import { altered, withHandlers, withSends } from './altered.ts'
import { breaking, type BrokenProvider } from './broken-provider.ts'

/** Faults that lose jobs, double them, or forget their keys. */
export const brokenDelivery: readonly BrokenProvider[] = breaking('atLeastOnce', {
  'loses a job now and then': {
    caughtBy: [],
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
  'calls every handler twice': {
    caughtBy: [],
    wrap: (provider) =>
      withHandlers(provider, async ({ handle }) => {
        await handle()
        return handle()
      }),
  },
  'answers a batch in another order': {
    caughtBy: [],
    wrap: (provider) => altered(provider, { send: async (envelopes) => (await provider.send(envelopes)).toReversed() }),
  },
  'takes no notice of keys': {
    caughtBy: [],
    wrap: (provider) => withSends(provider, ({ idempotencyKey: _, ...envelope }) => envelope),
  },
  'does not say that a key was taken': {
    caughtBy: [],
    wrap: (provider) =>
      altered(provider, {
        send: async (envelopes) =>
          (await provider.send(envelopes)).map((answer) => (answer.ok ? { ...answer, deduplicated: false } : answer)),
      }),
  },
  'frees a key when its job fails': { caughtBy: [], wrap: freeingKeysOf('failed') },
  'frees a key when its job completes': { caughtBy: [], wrap: freeingKeysOf('completed') },
  'frees a key when its job is cancelled': { caughtBy: [], wrap: freeingKeysOf('cancelled') },
  'looks for a key before it writes it down': {
    caughtBy: [],
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
    caughtBy: [],
    wrap: (provider) => withSends(provider, (envelope) => ({ ...envelope, idempotencyTtlMs: 8.64e13 })),
  },
  'runs what was sent last under a key': {
    caughtBy: [],
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

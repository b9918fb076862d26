import type { JobProvider } from '@cgk-platform/jobs-core'
import type { Envelope } from '@cgk-platform/jobs-core/provider'

import type { LocalProvider } from '../../../src/local-provider.ts'
import { altered } from './altered.ts'

/** A provider that keeps its own record of keys, with a scope of its own choice. */
export function withKeysBy(provider: LocalProvider, scope: (envelope: Envelope) => string): JobProvider {
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

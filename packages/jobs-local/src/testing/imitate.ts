import type { JobProvider } from '@cgk-platform/jobs-core'
import { engines, loadEngine, type ProviderChoice, requireEngine } from '@cgk-platform/jobs-core/tools'

/** The engine that a test engine imitates: its name or its provider. */
export type ImitatedEngine = NonNullable<ProviderChoice['provider']>

/** The members of a provider by which clients and attempts refuse and limit. */
const rules = ['name', 'capabilities', 'findUnsupported', 'sendOptions', 'findSendError', 'findStepError'] as const

/**
 * Returns a provider that refuses what another engine refuses, and has its limits. Opens no connection to that engine.
 *
 * @throws {ProviderNotChosenError} at once, for an unknown name.
 */
export function imitate(provider: JobProvider, like: ImitatedEngine): Promise<JobProvider> {
  const imitating = targetOf(like)().then((target) => {
    const own = Object.fromEntries(rules.map((rule) => [rule, boundTo(target, target[rule])]))
    return {
      ...provider,
      ...(own as Pick<JobProvider, (typeof rules)[number]>),
      // The other engine would ignore options for this one.
      send: (envelopes) => provider.send(envelopes.map(({ providerOptions: _, ...envelope }) => envelope)),
    }
  })
  imitating.catch(() => undefined) // each call of the client reports it
  return imitating
}

function boundTo(target: JobProvider, member: unknown): unknown {
  return typeof member === 'function' ? member.bind(target) : member
}

function targetOf(like: ImitatedEngine): () => Promise<JobProvider> {
  if (typeof like === 'object') return async () => like
  const engine = requireEngine(engines(), like, '`like`')
  return async () => (engine.create ?? (await loadEngine(engine)))()
}

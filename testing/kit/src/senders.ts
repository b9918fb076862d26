import type { JobClient, JobProvider } from '@cgk-platform/jobs-core'
import { createClient, type Envelope } from '@cgk-platform/jobs-core/provider'

type Options = NonNullable<Parameters<typeof createClient>[1]>

/** Clients that only send. The workers are in other processes. */
export interface Senders {
  readonly client: JobClient
  readonly hasNoDefinitions: true
  anotherClient(): Promise<JobClient>
  createClient(own?: Options): JobClient
  inject(envelope: Envelope): Promise<string>
}

/** Opens such a client, and others on demand. @param connect - creates a provider that only sends */
export function openSenders(connect: () => JobProvider, given: Options): Senders {
  const options = { ...given, jobs: [] }
  const createOn = (own: Options = {}): JobClient => createClient({ load: connect }, { ...options, ...own })
  const provider = connect()
  return {
    client: createClient({ load: () => provider }, options),
    hasNoDefinitions: true,
    anotherClient: async () => createOn(),
    createClient: (own) => createOn({ hooks: undefined, ...own }),
    inject: injectInto(provider),
  }
}

/** Returns a function that sends an envelope past all clients, and returns the id of its job. */
export function injectInto(provider: Pick<JobProvider, 'send'>): (envelope: Envelope) => Promise<string> {
  return async (envelope) => {
    const [answer] = await provider.send([envelope])
    if (!answer?.ok) throw answer?.error ?? new Error('The engine gave no answer.')
    return answer.id
  }
}

import {
  type ClientOptions,
  createClient,
  InvalidOptionError,
  type JobClient,
  type JobProvider,
} from '@cgk-platform/jobs-core'

import type { InngestConfig } from './inngest-config.ts'
import { createInngestProvider } from './inngest-provider.ts'

/** What `createJobClient` takes where Inngest is the only engine installed. */
export interface InngestClientOptions extends Omit<ClientOptions, 'clock'> {
  provider?: 'inngest' | JobProvider | undefined
  config?: InngestConfig | undefined
}

/** A client on Inngest, or on a provider of your own. */
export function createJobClient(options: InngestClientOptions = {}): JobClient {
  const { provider = 'inngest', config, ...rest } = options
  if (typeof provider === 'object') return createClient({ load: () => provider }, rest)
  if (provider !== 'inngest') {
    throw new InvalidOptionError({
      option: 'provider',
      problem: `is \`${String(provider)}\`, and this package has Inngest alone`,
      remedy: 'Import from `@cgk-platform/jobs`, which has all of them, or from that provider of its own.',
    })
  }
  // Made at once rather than at the first send, so that a wrong setting is told where it is written.
  const inngest = createInngestProvider(config)
  return createClient({ load: () => inngest }, rest)
}

import {
  type ClientOptions,
  createClient,
  InvalidOptionError,
  type JobClient,
  type JobProvider,
} from '@cgk-platform/jobs-core'

import { createLocalProvider, type LocalConfig } from './local-provider.ts'

/** What `createJobClient` takes where the local engine is the only one installed. */
export interface LocalClientOptions extends Omit<ClientOptions, 'clock'> {
  provider?: 'local' | JobProvider | undefined
  config?: LocalConfig | undefined
}

/** A client on the engine of this process, or on a provider of your own. */
export function createJobClient(options: LocalClientOptions = {}): JobClient {
  const { provider = 'local', config, ...rest } = options
  if (typeof provider === 'object') return createClient({ load: () => provider }, rest)
  if (provider !== 'local') {
    throw new InvalidOptionError({
      option: 'provider',
      problem: `is \`${String(provider)}\`, and this package has the local engine alone`,
      remedy: 'Import from `@cgk-platform/jobs`, which has all of them, or from that provider of its own.',
    })
  }
  // Made at once rather than at the first send, so that a wrong setting is told where it is written.
  const local = createLocalProvider(config)
  return createClient({ load: () => local, runsHere: true }, rest)
}

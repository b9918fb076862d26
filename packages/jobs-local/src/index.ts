import { chooseProvider, provideDefaultClient, ProviderNotChosenError } from '@cgk-platform/jobs-core'

import { createJobClient } from './create-job-client.ts'

export * from '@cgk-platform/jobs-core'

export { localCapabilities, sqliteCapabilities } from './capabilities.ts'
export { addJobTables } from './store/sqlite/open-file.ts'
export { createJobClient, type LocalClientOptions } from './create-job-client.ts'
export type { EngineView } from './engine/engine-view.ts'
export type { LocalConfig, LocalRole } from './local-config.ts'
export { createLocalProvider, type LocalInternals, type LocalProvider } from './local-provider.ts'
export type { JobEvents } from './own-events.ts'

provideDefaultClient({
  create() {
    const provider = chooseProvider()
    if (provider === 'local') return createJobClient()
    throw new ProviderNotChosenError({
      problem: `the environment chooses \`${provider}\`, and only the local engine's package is imported`,
      remedy: 'Import from `@cgk-platform/jobs`, or set `JOB_PROVIDER=local`.',
    })
  },
  runsHere: () => chooseProvider() === 'local',
})

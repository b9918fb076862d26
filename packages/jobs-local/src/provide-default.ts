import { type JobClient, ProviderNotChosenError } from '@cgk-platform/jobs-core'
import { chooseProvider, provideDefaultClient } from '@cgk-platform/jobs-core/provider'

/** Gives the process its default client: one on the local engine, unless the environment chooses another engine. */
export function provideDefault(createJobClient: () => JobClient): void {
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
}

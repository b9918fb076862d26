import type { JobRegistry } from '../jobs/job-registry.ts'
import type { PauseTarget } from '../jobs/pause.ts'
import { requireFeature } from '../provider/check-support.ts'
import { pauseFeatureOf, pauseFeatures } from '../provider/pause-features.ts'
import type { JobProvider } from '../provider/job-provider.ts'
import type { JobClient } from './job-client.ts'
import type { LazyEngine } from '../provider/lazy-engine.ts'
import { toPauseTarget } from './to-pause-target.ts'

/** The operations that pause and resume jobs. */
export type PauseOperations = Pick<JobClient, 'pauseJobs' | 'resumeJobs' | 'listPauses'>

/** Creates the operations that pause and resume the jobs of one engine. */
export function createPauseOperations(engine: LazyEngine, jobs: Pick<JobRegistry, 'get'>): PauseOperations {
  const check = (provider: JobProvider, target: PauseTarget): void => {
    const { definitionId } = target
    requireFeature(provider, pauseFeatureOf(target))
    if (definitionId !== undefined && !jobs.get(definitionId)) requireFeature(provider, 'pauseJobs by a sender')
  }
  return {
    async pauseJobs(given) {
      const target = toPauseTarget('pauseJobs', given)
      const provider = await engine.useOpen('pauseJobs')
      check(provider, target)
      await (provider.pause ?? missing(provider, 'pause')).call(provider, target)
    },
    async resumeJobs(given) {
      const target = toPauseTarget('resumeJobs', given)
      const provider = await engine.useOpen('resumeJobs')
      check(provider, target)
      await (provider.resume ?? missing(provider, 'resume')).call(provider, target)
    },
    async listPauses() {
      const provider = await engine.use('listPauses')
      const supported = pauseFeatures.find((feature) => provider.capabilities.features[feature]?.supported)
      requireFeature(provider, supported ?? pauseFeatures[0]!)
      return (provider.pauses ?? missing(provider, 'pauses')).call(provider)
    },
  }
}

function missing({ name }: JobProvider, method: string): never {
  throw new TypeError(`The provider \`${name}\` declares \`pauseJobs\` but has no \`${method}\` method.`)
}

import type { Definition } from '@cgk-platform/jobs-core'

import type { LocalTargetOptions } from './local-target.ts'
import { withHost } from './with-host.ts'

/** Changes the definitions that a provider runs. */
export function withDefinitions(
  change: (definition: Definition) => Definition,
): NonNullable<LocalTargetOptions['wrap']> {
  return withHost((host) => {
    const changed = new Map(host.jobs.all().map((definition) => [definition, change(definition)]))
    const of = <D extends Definition>(definition: D): D => (changed.get(definition) ?? definition) as D
    const jobs = {
      ...host.jobs,
      get: (id: string) =>
        host.jobs
          .all()
          .map(of)
          .find((definition) => definition.id === id),
      subscribers: (event: string) => host.jobs.subscribers(event).map(of),
      cronJobs: () => host.jobs.cronJobs().map(of),
      all: () => host.jobs.all().map(of),
    }
    return { ...host, jobs }
  })
}

import type { Capabilities } from '@cgk-platform/jobs-core'
import type { JobHost } from '@cgk-platform/jobs-core/provider'
import { conformanceJobs } from '@cgk-platform/jobs-conformance'

import type { PostgresProvider } from '../../src/provider/postgres-provider.ts'

/** A provider in this process whose jobs can be replaced. */
export interface Deployable {
  readonly provider: PostgresProvider
  /** Replaces its workflows by those of another generation of the suite's code. */
  register(capabilities: Capabilities, generation: number): void
}

/** Makes the jobs of a provider replaceable, once it is attached to a client. */
export function createDeployable(provider: PostgresProvider): Deployable {
  let host: JobHost | undefined
  const attach = (given: JobHost): unknown => provider.attach!((host = given))
  return {
    provider: new Proxy(provider, { get: (target, key) => (key === 'attach' ? attach : Reflect.get(target, key)) }),
    register(capabilities, generation) {
      for (const definition of conformanceJobs(capabilities, { generation })) {
        if (definition.kind === 'workflow') host!.jobs.register(definition)
      }
    },
  }
}

import type { Definition, JobProvider } from '@cgk-platform/jobs-core'
import type { JobHost } from '@cgk-platform/jobs-core/provider'

/** A provider in this process whose jobs can be replaced. */
export interface Deployable<Provider> {
  readonly provider: Provider
  /** Replaces its workflows by those of another generation of the code. */
  register(definitions: readonly Definition[]): void
}

/** Makes the jobs of a provider replaceable, once it is attached to a client. */
export function createDeployable<Provider extends JobProvider>(provider: Provider): Deployable<Provider> {
  let host: JobHost | undefined
  const attach = (given: JobHost): unknown => provider.attach!((host = given))
  return {
    provider: new Proxy(provider, { get: (target, key) => (key === 'attach' ? attach : Reflect.get(target, key)) }),
    register(definitions) {
      for (const definition of definitions) if (definition.kind === 'workflow') host!.jobs.register(definition)
    },
  }
}

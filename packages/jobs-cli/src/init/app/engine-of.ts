import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'

import { knownEngines } from '@cgk-platform/jobs/engines'

/** The engines that `init` knows, by the names of `JOB_PROVIDER`. The one that needs no account is first. */
export const engineNames: readonly string[] = knownEngines.map(({ name }) => name).toReversed()

/** Returns the descriptor of an engine that `init` knows. */
export function engineOf(name: string): EngineDescriptor {
  return knownEngines.find((engine) => engine.name === name)!
}

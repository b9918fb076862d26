import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'

import { knownEngines } from '@cgk-platform/jobs/engines'

/** The engines that `init` supports, by their `JOB_PROVIDER` names. The one without an account comes first. */
export const engineNames: readonly string[] = knownEngines.map(({ name }) => name).toReversed()

/** Returns the descriptor of an engine that `init` supports. */
export function engineOf(name: string): EngineDescriptor {
  return knownEngines.find((engine) => engine.name === name)!
}

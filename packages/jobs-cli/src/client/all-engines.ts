import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'
import { engines as registeredEngines } from '@cgk-platform/jobs-core/tools'
import { knownEngines } from '@cgk-platform/jobs/engines'

/** Returns the built-in engines and those that the app's modules have registered. */
export function allEngines(): readonly EngineDescriptor[] {
  const known = new Set(knownEngines.map(({ name }) => name))
  return [...knownEngines, ...registeredEngines().filter(({ name }) => !known.has(name))]
}

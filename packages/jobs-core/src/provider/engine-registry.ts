import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import type { EngineDescriptor } from '../engines/engine-descriptor.ts'
import { enginesByName } from '../engines/engine-descriptors.ts'
import type { JobProvider } from './job-provider.ts'

/** Creates a provider with an app's settings. */
export type CreateProvider = (config?: object) => JobProvider

/** An engine that can be chosen by name: its descriptor and its provider. */
export interface Engine extends EngineDescriptor {
  /**
   * Creates a provider. The client calls it at once, so an invalid setting fails where it is written. Omit it to load
   * the provider later.
   */
  readonly create?: CreateProvider
  /**
   * Loads the provider when a client is first used; `undefined` if the package is missing. Required without `create`.
   */
  readonly load?: () => Promise<CreateProvider | undefined>
}

/** Returns all engines of this process, in the order of registration. */
export function engines(): readonly Engine[] {
  return [...byName().values()]
}

/** Adds an engine, or replaces the engine of the same package. @throws {InvalidOptionError} if the name is in use. */
export function addEngine(engine: Engine): void {
  const existing = byName().get(engine.name)
  if (existing && existing.packageName !== engine.packageName) {
    throw new InvalidOptionError({
      option: 'name',
      problem: `is \`${engine.name}\`, which \`${existing.packageName}\` already uses`,
      remedy: `Choose another name for the engine of \`${engine.packageName}\`.`,
    })
  }
  byName().set(engine.name, existing?.create && !engine.create ? existing : engine)
}

function byName(): Map<string, Engine> {
  return enginesByName() // only this file adds engines
}

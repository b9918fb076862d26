import { ambient } from '../ambient.ts'
import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import type { EngineDescriptor } from './engine-descriptor.ts'
import type { JobProvider } from './job-provider.ts'

/** Makes a provider with the settings that an app gave. */
export type CreateProvider = (config?: object) => JobProvider

/** An engine that can be chosen by name: its description, and its provider. */
export interface Engine extends EngineDescriptor {
  /**
   * Makes a provider. The client calls it at once, so a wrong setting fails where it is written. Omit it if the provider
   * is to be loaded later.
   */
  readonly create?: CreateProvider
  /** Loads the provider when a client is first used; `undefined` if the package is missing. Required without `create`. */
  readonly load?: () => Promise<CreateProvider | undefined>
}

/** Every engine of this process, in the order of registration. */
export function engines(): readonly Engine[] {
  return [...byName().values()]
}

/** Adds an engine, or replaces the same package's. @throws {InvalidOptionError} if another package has the name. */
export function addEngine(engine: Engine): void {
  const there = byName().get(engine.name)
  if (there && there.packageName !== engine.packageName) {
    throw new InvalidOptionError({
      option: 'name',
      problem: `is \`${engine.name}\`, which \`${there.packageName}\` has registered for its engine`,
      remedy: `Give the engine of \`${engine.packageName}\` another name.`,
    })
  }
  byName().set(engine.name, there?.create && !engine.create ? there : engine)
}

function byName(): Map<string, Engine> {
  return ambient('engines', () => new Map())
}

import type { EngineName, ProviderConfig } from '../engines/engine-types.ts'
import type { JobProvider } from './job-provider.ts'

/** An engine's name with its settings, or a provider object. Without both, the environment chooses the engine. */
export type ProviderChoice =
  | { [Name in EngineName]: { provider: Name; config?: ProviderConfig<Name> | undefined } }[EngineName]
  | { provider: JobProvider; config?: undefined }
  | { provider?: undefined; config?: undefined }

import type { EngineName, ProviderConfig } from './engine-types.ts'
import type { JobProvider } from './job-provider.ts'

/** An engine's name with its settings, or a ready provider. If both are left out, the environment chooses. */
export type ProviderChoice =
  | { [Name in EngineName]: { provider: Name; config?: ProviderConfig<Name> | undefined } }[EngineName]
  | { provider: JobProvider; config?: undefined }
  | { provider?: undefined; config?: undefined }

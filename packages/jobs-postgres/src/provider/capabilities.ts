import type { Capabilities } from '@cgk-platform/jobs-core'
import { sqliteCapabilities } from '@cgk-platform/jobs-local/engine'

/** The capabilities of the PostgreSQL engine: those of a file, on several machines. */
export const postgresCapabilities: Capabilities = {
  ...sqliteCapabilities,
  features: {
    ...sqliteCapabilities.features,
    'jobs survive a restart': {
      supported: true,
      note: 'A send resolves when PostgreSQL has committed the job.',
    },
    'multiple processes': { supported: true, note: 'On several machines.' },
  },
}

/** The capabilities of the engine on PGlite, which only one process can open. */
export const pgliteCapabilities: Capabilities = {
  ...postgresCapabilities,
  features: {
    ...postgresCapabilities.features,
    'multiple processes': {
      supported: false,
      note: 'PGlite is a PostgreSQL within one process.',
      instead: 'Use a PostgreSQL server (`connectionString`).',
    },
  },
}

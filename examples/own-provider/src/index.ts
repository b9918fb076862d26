import { registerEngine } from '@cgk-platform/jobs-core/provider'

import { createFastqProvider, type FastqConfig } from './fastq-provider.ts'

/** The options of a definition that only this engine has. */
export interface FastqOptions {
  /** Attempts at once of this definition, if it has no `concurrency`. */
  workers?: number | undefined
}

declare module '@cgk-platform/jobs-core/provider' {
  interface ProviderConfigTypes {
    fastq: FastqConfig
  }
  interface ProviderOptionTypes {
    fastq: FastqOptions
  }
}

registerEngine({
  name: 'fastq',
  title: 'fastq',
  packageName: 'jobs-fastq',
  runsInProcess: true,
  create: createFastqProvider,
})

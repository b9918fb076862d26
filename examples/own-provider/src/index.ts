import { registerEngine } from '@cgk-platform/jobs-core/provider'

import { createFastqProvider, type FastqConfig } from './fastq-provider.ts'

/** The `providerOptions` of this engine. */
export interface FastqOptions {
  /** Concurrent attempts of this definition, if it has no `concurrency`. */
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

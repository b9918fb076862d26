import type { JobProvider } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { conformanceOptions, type ConformanceTarget, describeConformance } from '@cgk-platform/jobs-conformance'
import { afterAll, beforeAll, describe, it } from 'vitest'

import { fastqCapabilities } from '../src/fastq-capabilities.ts'
import { createFastqProvider } from '../src/fastq-provider.ts'

const target: ConformanceTarget = {
  name: 'fastq',
  concurrent: true, // the cases wait in real time, so run them concurrently
  waitLimitMs: 120_000, // high, because a busy machine can be many times slower than an idle one
  async open() {
    const options = conformanceOptions(fastqCapabilities)
    const provider: JobProvider = createFastqProvider()
    const client = createClient({ load: () => provider }, options)
    return {
      client,
      close: () => client.close({ timeout: 0 }),
      createClient: (own) => createClient({ load: createFastqProvider }, { ...options, ...own }),
      async inject(envelope) {
        const [result] = await provider.send([envelope])
        if (!result?.ok) throw new Error('Could not send the envelope.', { cause: result?.error })
        return result.id
      },
    }
  },
}

describeConformance(target, { describe, it, beforeAll, afterAll })

import type { JobProvider } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { conformanceOptions, type ConformanceTarget, describeConformance } from '@cgk-platform/jobs-core/conformance'
import { afterAll, beforeAll, describe, it } from 'vitest'

import { fastqCapabilities } from '../src/fastq-capabilities.ts'
import { createFastqProvider } from '../src/fastq-provider.ts'

const target: ConformanceTarget = {
  name: 'fastq',
  concurrent: true, // its time is real: the cases wait side by side
  waitLimitMs: 120_000, // a busy machine may take many times as long as an idle one
  async open() {
    const options = conformanceOptions(fastqCapabilities)
    const provider: JobProvider = createFastqProvider()
    const client = createClient({ load: () => provider }, options)
    return {
      client,
      close: () => client.close({ timeout: 0 }),
      createClient: (own) => createClient({ load: createFastqProvider }, { ...options, ...own }),
      async inject(envelope) {
        const [answer] = await provider.send([envelope])
        if (!answer?.ok) throw new Error('The envelope was not taken.', { cause: answer?.error })
        return answer.id
      },
    }
  },
}

describeConformance(target, { describe, it, beforeAll, afterAll })

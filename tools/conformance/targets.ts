import type { ConformanceTarget } from '@cgk-platform/jobs-core/conformance'

import { createLocalTarget } from '../../packages/jobs-local/test/conformance/local-target.ts'

/** The providers that the suite can be run on, by name. Add one here and `./dev conformance` knows it. */
export const targets: Readonly<Record<string, () => ConformanceTarget | Promise<ConformanceTarget>>> = {
  local: () => createLocalTarget({ time: 'real' }),
}

import { defineConfig, mergeConfig } from 'vitest/config'

import base from '../../vitest-slow.base.ts'

export default mergeConfig(
  base,
  defineConfig({
    test: {
      // The two conformance suites wait for cron ticks, so a third worker runs all other tests.
      maxWorkers: 3,
      // Only a hang reaches these limits: the many processes of CLI workers may share a third of a processor.
      testTimeout: 900_000,
      hookTimeout: 900_000,
    },
  }),
)

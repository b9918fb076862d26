import { fileURLToPath } from 'node:url'

import { defineConfig, type ViteUserConfig } from 'vitest/config'

// The workspace's packages resolve to their sources, so tests wait for no build. Without `module`, which is there by default:
// under it Node loads files of OpenTelemetry that are for bundlers.
const conditions = ['@cgk-platform/source', 'node', 'development|production']

const config: ViteUserConfig = defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: [fileURLToPath(new URL('vitest.leave-nothing.ts', import.meta.url))],
    // Where nobody looks on, only what failed and the sums.
    reporters: process.env['CI'] ? ['minimal'] : ['default'],
    // Only ends what hangs: a machine that is busy elsewhere may take many times as long as an idle one.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 120_000, interval: 20 } },
    coverage: { include: ['src/**/*.ts'] },
  },
})

/** Lets test files share processes, for packages whose files are many and short: each file still begins afresh. */
export const sharedProcess: NonNullable<ViteUserConfig['test']> = {
  isolate: false,
  setupFiles: [fileURLToPath(new URL('vitest-fresh-process.ts', import.meta.url))],
}

export default config

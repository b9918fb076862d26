import { fileURLToPath } from 'node:url'

import { defineConfig, type ViteUserConfig } from 'vitest/config'

// The workspace's packages resolve to their sources, so tests need no build. Omits the default condition `module`, with
// which Node loads files of OpenTelemetry that are meant for bundlers.
const conditions = ['@cgk-platform/source', 'node', 'development|production']

const config: ViteUserConfig = defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: [fileURLToPath(new URL('vitest.cleanup.ts', import.meta.url))],
    // Test files share processes, because most are short. The state is reset before each file.
    isolate: false,
    setupFiles: [fileURLToPath(new URL('vitest.reset-process.ts', import.meta.url))],
    // Packages transform the same sources.
    fsModuleCache: true,
    // In CI, print only failures and totals.
    reporters: process.env['CI'] ? ['minimal'] : ['default'],
    // High, because a busy machine can be many times slower than an idle one. Only stops tests that hang.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 120_000, interval: 20 } },
    coverage: { include: ['src/**/*.ts'] },
  },
})

export default config

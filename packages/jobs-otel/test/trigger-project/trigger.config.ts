import { appendFileSync } from 'node:fs'
import { createRequire } from 'node:module'

import { defineConfig } from '@trigger.dev/sdk'

import { toRecord } from '../kit/recorded-span.ts'

const done = (): Promise<void> => Promise.resolve()

// The settings of an app, with two additions: packages are read from their sources, and the bundle has the version of
// OpenTelemetry's API that an app must install for Trigger.dev.
export default defineConfig({
  project: 'proj_loopback',
  dirs: ['./src'],
  maxDuration: 3600,
  retries: { enabledInDev: true },
  processKeepAlive: true,
  telemetry: {
    spanProcessors: [
      {
        onStart: () => undefined,
        onEnd: (span) => appendFileSync(process.env['SPANS_FILE']!, `${JSON.stringify(toRecord(span))}\n`),
        forceFlush: done,
        shutdown: done,
      },
    ],
  },
  build: {
    autoDetectExternal: false,
    conditions: ['@cgk-platform/source'],
    extensions: [
      {
        name: 'older-api',
        onBuildStart: ({ registerPlugin }) =>
          registerPlugin({
            name: 'older-api',
            setup: ({ onResolve }) =>
              onResolve({ filter: /^@opentelemetry\/api$/ }, () => ({
                path: createRequire(import.meta.url).resolve('opentelemetry-api-1.9'),
              })),
          }),
      },
    ],
  },
})

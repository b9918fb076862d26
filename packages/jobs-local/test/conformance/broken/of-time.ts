import type { Envelope } from '@cgk-platform/jobs-core/provider'

import { withDefinitions, withHandlers, withSends } from './altered.ts'
import { breaking, type BrokenProvider } from './broken-provider.ts'

/** Changes when a delayed envelope is due. */
function due(change: (runAt: number, sentAt: number) => number) {
  return (envelope: Envelope): Envelope =>
    envelope.runAt === undefined ? envelope : { ...envelope, runAt: change(envelope.runAt, envelope.sentAt) }
}

/** Faults in when jobs run and how long they may take. */
export const brokenTime: readonly BrokenProvider[] = breaking('time', {
  'drops delays': {
    caughtBy: ['delay-in-milliseconds', 'delay-in-words', 'run-at', 'schedule-job', 'retry-of-what-has-not-failed'],
    wrap: (provider) => withSends(provider, ({ runAt: _, ...envelope }) => envelope),
  },
  'starts a little early': {
    caughtBy: ['delay-in-milliseconds', 'delay-in-words', 'run-at', 'schedule-job'],
    wrap: (provider) =>
      withSends(
        provider,
        due((runAt) => runAt - 100),
      ),
  },
  'starts late': {
    caughtBy: ['delay-in-milliseconds', 'delay-in-words', 'run-at', 'delays-in-order'],
    wrap: (provider) =>
      withSends(
        provider,
        due((runAt) => runAt + 1000),
      ),
  },
  'takes delays for seconds': {
    caughtBy: [
      'delay-in-milliseconds',
      'delay-in-words',
      'run-at',
      'schedule-job',
      'for-tenant-adds-the-tenant',
      'another-tenants-job-cannot-be-cancelled',
      'sender-may-change-its-object',
    ],
    wrap: (provider) =>
      withSends(
        provider,
        due((runAt, sentAt) => sentAt + (runAt - sentAt) * 1000),
      ),
  },
  'lets long timers overflow': {
    caughtBy: ['delays-past-the-longest-timer'],
    wrap: (provider) =>
      withSends(
        provider,
        due((runAt, sentAt) => (runAt - sentAt > 2 ** 31 - 1 ? sentAt : runAt)),
      ),
  },
  'waits a tick before what is due now': {
    caughtBy: [
      'past-date-runs-now',
      'timeout-ends-an-attempt',
      'timeout-does-not-wait-for-the-handler',
      'timeout-leaves-the-quick-alone',
      'event-fields',
      'wait-is-aborted',
      'for-tenant-refuses-another',
      'another-tenants-status-is-not-found',
      'undefined-properties-are-left-out',
      'cancel-after-the-end',
      'a-closed-client-says-so',
    ],
    wrap: (provider) =>
      withSends(provider, (envelope) => ({ ...envelope, runAt: envelope.runAt ?? envelope.sentAt + 60_000 })),
  },
  'has no timeout': {
    caughtBy: ['timeout-ends-an-attempt', 'timeout-does-not-wait-for-the-handler'],
    wrap: (provider) => withDefinitions(provider, ({ timeoutMs: _, ...definition }) => definition),
  },
  'does not tell a handler of its timeout': {
    caughtBy: ['timeout-ends-an-attempt'],
    wrap: (provider) =>
      withHandlers(provider, ({ definition, context, handle }) =>
        handle(
          definition.timeoutMs === undefined ? {} : { context: { ...context, signal: new AbortController().signal } },
        ),
      ),
  },
  'waits for a handler whose time is up': {
    caughtBy: ['timeout-ends-an-attempt', 'timeout-does-not-wait-for-the-handler'],
    wrap: (provider) =>
      withDefinitions(provider, (definition) =>
        definition.timeoutMs === undefined ? definition : { ...definition, timeoutMs: 10_000 },
      ),
  },
  'times out what is quick': {
    caughtBy: ['timeout-ends-an-attempt', 'timeout-leaves-the-quick-alone'],
    wrap: (provider) =>
      withDefinitions(provider, (definition) =>
        definition.timeoutMs === undefined ? definition : { ...definition, timeoutMs: 20 },
      ),
  },
})

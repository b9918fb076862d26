import { getJobClient } from '@cgk-platform/jobs-core'

import { withSends } from './altered.ts'
import { breaking, type BrokenProvider } from './broken-provider.ts'
import { withSteps } from './with-steps.ts'

/** Workflows that wait and send wrongly. */
export const brokenWaits: readonly BrokenProvider[] = breaking('workflows', {
  'sleeps too short': {
    caughtBy: ['workflow-sleep', 'workflow-sleep-until', 'workflow-parallel-sleeps', 'workflow-wait-times-out'],
    wrap: (provider) =>
      withSteps(provider, (step) => ({
        sleep: (id, duration) => step.sleep(id, Math.min(duration, duration / 2)),
        sleepUntil: (id, instant) => step.sleepUntil(id, new Date(instant.getTime() - 1000)),
        waitForEvent: (id, event, { timeout, ...options }) =>
          step.waitForEvent(id, event, { ...options, timeout: timeout / 2 }),
      })),
  },
  'takes any event for the one that matches': {
    caughtBy: ['workflow-waits-for-an-event', 'workflow-waits-side-by-side'],
    wrap: (provider) =>
      withSteps(provider, (step) => ({
        waitForEvent: (id, event, { timeout }) => step.waitForEvent(id, event, { timeout }),
      })),
  },
  "answers a wait with another tenant's event": {
    caughtBy: ['workflow-waits-for-its-tenant'],
    wrap: (provider) =>
      withSends(provider, (envelope) => ({ ...envelope, tenantId: envelope.tenantId.replace(/^o-/, 't-') })),
  },
  'answers a wait with an event from before it': {
    caughtBy: ['workflow-waits-for-what-comes'],
    wrap: (provider) =>
      withSteps(provider, (step) => ({
        // As if it had been listened for all the time.
        waitForEvent: () => step.run('heard', () => ({ id: 'x', name: 'x', payload: {}, sentAt: '' })).then(toMessage),
      })),
  },
  'hears no event': {
    caughtBy: ['workflow-waits-for-an-event', 'workflow-waits-side-by-side', 'workflow-event-beats-a-sleep'],
    wrap: (provider) =>
      withSteps(provider, (step) => ({
        waitForEvent: (id, _event, { timeout }) => step.sleep(id, timeout).then(() => null),
      })),
  },
  'sends again in each pass': {
    caughtBy: ['workflow-sends-once', 'workflow-send-refused'],
    wrap: (provider) =>
      withSteps(provider, (_step, { context: { tenantId } }) => ({
        sendEvent: (_id, event, payload) => getJobClient().sendJob(event as never, { tenantId, ...payload } as never),
      })),
  },
  'does not wait for a job that it runs': {
    caughtBy: ['workflow-runs-a-job', 'workflow-job-that-fails', 'workflow-job-that-is-cancelled'],
    wrap: (provider) =>
      withSteps(provider, (step) => ({
        runJob: (id, definition, payload) =>
          step.sendEvent(id, (definition as { event: string }).event, payload).then(() => null),
      })),
  },
})

function toMessage(told: unknown): unknown {
  return { ...(told as object), sentAt: new Date() }
}

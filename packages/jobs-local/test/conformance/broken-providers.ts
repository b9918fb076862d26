import type { Definition, JobDefinition, JobProvider, JobStatus, WorkflowDefinition } from '@cgk-platform/jobs-core'
import { declareFeatures, type Envelope, createClient } from '@cgk-platform/jobs-core/provider'

import { createLocalProvider, type LocalProvider } from '../../src/provider/local-provider.ts'
import { brokenFlowControl } from './broken-flow-control.ts'
import { brokenPauses } from './broken-pauses.ts'
import type { BrokenProvider } from './broken-provider.ts'
import type { LocalTargetOptions } from './local-target.ts'
import { withDefinitions } from './with-definitions.ts'
import { withHost } from './with-host.ts'

/** At least one fault for each rule. */
export const brokenProviders: readonly BrokenProvider[] = [
  {
    rule: 'terms',
    fault: "takes the first run's state for the job's",
    caughtBy: ['one-failure-fails-the-job', 'running-until-the-last-run-ends'],
    wrap: withStatus((status) => ({ ...status, state: status.runs[0]?.state ?? status.state })),
  },
  {
    rule: 'terms',
    fault: 'lists oldest first',
    caughtBy: ['list-filters'],
    wrap: (provider) => ({
      ...provider,
      async list(query) {
        const page = await provider.list!(query)
        return { ...page, jobs: page.jobs.toReversed() }
      },
    }),
  },
  {
    rule: 'hooks',
    fault: 'calls no hooks',
    caughtBy: ['hooks-of-attempts'],
    wrap: withHost((host) => ({ ...host, hooks: undefined })),
  },
  {
    rule: 'hooks',
    fault: 'runs no middleware of the client',
    caughtBy: ['middleware-around-handlers', 'middleware-that-throws', 'middleware-around-on-failure'],
    wrap: withHost((host) => ({ ...host, middleware: undefined })),
  },
  {
    rule: 'retries',
    fault: "ignores the client's `returnedErrors`",
    caughtBy: ['returned-error-of-the-client'],
    wrap: withHost((host) => ({ ...host, returnedErrors: undefined })),
  },
  {
    rule: 'inspection',
    fault: 'lists jobs in any state',
    caughtBy: ['inspect-list-by-state'],
    wrap: (provider) => {
      const { inspection } = provider
      return { ...provider, inspection: { ...inspection!, list: ({ states: _, ...query }) => inspection!.list(query) } }
    },
  },
  {
    rule: 'tenants',
    fault: 'erases nothing',
    caughtBy: ['erase-cancels', 'erase-deletes-ended-jobs', 'erase-frees-keys'],
    wrap: (provider) => ({ ...provider, erase: async () => ({ erased: 0, left: 0, hasMore: false, kept: [] }) }),
  },
  {
    rule: 'tenants',
    fault: 'says that all is erased while a compensation runs',
    caughtBy: ['erase-after-a-compensation'],
    wrap: (provider) => ({
      ...provider,
      erase: async (tenantId, until) => ({ ...(await provider.erase!(tenantId, until)), left: 0 }),
    }),
  },
  {
    rule: 'tenants',
    fault: "lists other tenants' jobs",
    caughtBy: ['a-tenant-lists-its-own-jobs'],
    wrap: (provider) => ({ ...provider, list: ({ tenantId: _, ...query }) => provider.list!(query) }),
  },
  {
    rule: 'tenants',
    fault: 'ignores concurrency limits',
    caughtBy: ['concurrency-per-tenant', 'concurrency-over-all-tenants', 'queued-while-another-runs'],
    wrap: withDefinitions(({ concurrency: _, ...definition }) => definition as Definition),
  },
  {
    rule: 'validation',
    fault: 'trusts the tenant in a payload',
    caughtBy: ['tenant-of-another-producer'],
    wrap: withSends((envelope) => ({
      ...envelope,
      tenantId: (envelope.payload as { tenantId?: string }).tenantId ?? envelope.tenantId,
    })),
  },
  {
    rule: 'wire',
    fault: 'turns a missing output into null',
    caughtBy: ['no-output-is-no-output'],
    wrap: withStatus((status) => ({
      ...status,
      runs: status.runs.map((run) => (run.state === 'completed' ? { ...run, output: run.output ?? null } : run)),
    })),
  },
  {
    rule: 'atLeastOnce',
    fault: 'accepts jobs without running them',
    caughtBy: ['a-burst-loses-nothing', 'handler-sends-to-its-engine'],
    wrap: (provider) => ({
      ...provider,
      send: async (envelopes) => envelopes.map(({ id }) => ({ ok: true, id, deduplicated: false })),
    }),
  },
  {
    rule: 'atLeastOnce',
    fault: 'calls every handler twice',
    caughtBy: ['a-burst-loses-nothing', 'a-key-sends-once'],
    wrap: withJobs(({ handler, ...job }) => ({
      ...job,
      async handler(...given) {
        await handler(...given)
        return handler(...given)
      },
    })),
  },
  {
    rule: 'atLeastOnce',
    fault: 'ignores idempotency keys',
    caughtBy: ['a-key-sends-once', 'a-key-keeps-the-first-payload', 'a-key-sent-at-once', 'a-key-twice-in-a-batch'],
    wrap: withSends(({ idempotencyKey: _, ...envelope }) => envelope),
  },
  ...[0.5, 3].map((factor): BrokenProvider => ({
    rule: 'retries',
    fault: `multiplies retry delays by ${factor}`,
    caughtBy: ['retry-fixed', 'retry-linear', 'retry-exponential', 'retry-capped'],
    wrap: withDefinitions((definition) => {
      const { initialDelayMs, maxDelayMs } = definition.retry
      const retry = { ...definition.retry, initialDelayMs: initialDelayMs * factor, maxDelayMs: maxDelayMs * factor }
      return { ...definition, retry }
    }),
  })),
  {
    rule: 'time',
    fault: 'ignores `runTimeout`',
    caughtBy: [
      'run-timeout-aborts-a-handler',
      'run-timeout-covers-all-attempts',
      'run-timeout-before-a-retry',
      'run-timeout-ends-a-sleep',
      'run-timeout-ends-a-wait',
      'run-timeout-aborts-a-step',
      'run-timeout-ends-a-step-retry',
      'run-timeout-ends-parallel-steps',
    ],
    wrap: withDefinitions(({ runTimeoutMs: _, ...definition }) => definition as Definition),
  },
  {
    rule: 'retries',
    fault: 'never calls onFailure',
    caughtBy: ['on-failure-once', 'on-failure-after-non-retryable'],
    wrap: withJobs(({ onFailure: _, ...job }) => job),
  },
  ...[-100, 1000].map((lateMs): BrokenProvider => ({
    rule: 'time',
    fault: `starts delayed jobs ${lateMs} ms late`,
    caughtBy: ['delay-in-milliseconds', 'delay-in-words', 'run-at'],
    wrap: withSends(({ runAt, ...envelope }) => ({
      ...envelope,
      ...(runAt !== undefined && { runAt: runAt + lateMs }),
    })),
  })),
  {
    rule: 'cron',
    fault: 'never skips a tick',
    caughtBy: ['overlap-is-skipped'],
    wrap: withDefinitions((definition) =>
      definition.kind === 'cron' ? { ...definition, overlap: 'allow' } : definition,
    ),
  },
  {
    rule: 'cron',
    fault: 'drops every third tick',
    caughtBy: ['every-tick-once'],
    wrap: withDefinitions((definition) => {
      if (definition.kind !== 'cron') return definition
      const next = (afterMs: number): number => {
        const tick = definition.schedule.next(afterMs)
        return tick % 180_000 === 120_000 ? next(tick) : tick
      }
      return { ...definition, schedule: { ...definition.schedule, next } }
    }),
  },
  {
    rule: 'cancelAndRetry',
    fault: 'does not cancel',
    caughtBy: ['cancel-scheduled', 'cancel-at-once', 'cancel-queued', 'cancel-running'],
    wrap: (provider) => ({ ...provider, cancel: async () => undefined }),
  },
  {
    rule: 'cancelAndRetry',
    fault: 'does not retry',
    caughtBy: ['retry-runs-failed-definitions-alone', 'retry-links-its-run', 'retry-reopens-the-job'],
    wrap: (provider) => ({ ...provider, retry: async () => undefined }),
  },
  {
    rule: 'nothingSilent',
    fault: 'reports good health despite failed checks',
    caughtBy: ['health-is-told'],
    wrap: (provider) => ({
      ...provider,
      health: async () => ({ ok: true, provider: 'local', checks: [{ name: 'engine', ok: false, message: 'gone' }] }),
    }),
  },
  {
    rule: 'production',
    fault: 'stores jobs in memory in production by default',
    caughtBy: ['no-memory-by-default-in-production', 'unknown-provider-is-refused'],
    createDefault: () => createClient({ load: () => createLocalProvider() }),
  },
  {
    rule: 'workflows',
    fault: 'runs completed steps again in each replay',
    caughtBy: ['workflow-step-completed-once', 'workflow-code-throws', 'workflow-retry-goes-on'],
    wrap: withSteps((step) => {
      let number = 0
      return { run: (id: string, ...rest) => step.run(`${id}-${Date.now()}-${++number}`, ...rest) }
    }),
  },
  {
    rule: 'workflows',
    fault: 'never resolves a wait for an event',
    caughtBy: ['workflow-waits-for-an-event', 'workflow-waits-side-by-side', 'workflow-event-beats-a-sleep'],
    wrap: withSteps((step) => ({
      waitForEvent: (id, _event, { timeout }) => step.sleep(id, timeout as number).then(() => null),
    })),
  },
  {
    rule: 'flowControl',
    fault: 'ignores the priority of a send',
    caughtBy: ['priority-of-a-send', 'priority-of-a-definition', 'priority-below-0'],
    wrap: withSends(({ priority: _, ...envelope }) => envelope),
  },
  ...brokenPauses,
  ...brokenFlowControl,
]

/** An engine that supports no features. */
export function withoutFeatures(provider: LocalProvider): JobProvider {
  return { ...provider, capabilities: { ...provider.capabilities, features: declareFeatures({}) } }
}

type Wrap = NonNullable<LocalTargetOptions['wrap']>

function withSends(change: (envelope: Envelope) => Envelope): Wrap {
  return (provider) => ({ ...provider, send: (envelopes) => provider.send(envelopes.map(change)) })
}

function withStatus(change: (status: JobStatus) => JobStatus): Wrap {
  return (provider) => ({
    ...provider,
    async status(id) {
      const status = await provider.status(id)
      return status && change(status)
    },
  })
}

function withJobs(change: (job: JobDefinition) => JobDefinition): Wrap {
  return withDefinitions((definition) => (definition.kind === 'job' ? change(definition) : definition))
}

function withSteps(change: (step: Steps) => Partial<Steps>): Wrap {
  return withDefinitions((definition) => {
    if (definition.kind !== 'workflow') return definition
    const steps: WorkflowDefinition['steps'] = (event, step, context) =>
      definition.steps(event, { ...step, ...change(step) }, context)
    return { ...definition, steps }
  })
}

type Steps = Parameters<WorkflowDefinition['steps']>[1]

import type { EngineRun } from '../../src/api/engine-shapes.ts'

/** Returns a run as the API or the SDK returns it. The defaults describe a running run. */
export function fakeRun(more: Partial<EngineRun> = {}): EngineRun {
  const createdAt = new Date('2026-03-01T12:00:00Z')
  const run = {
    id: 'run_1',
    taskIdentifier: 'event-work__asked',
    status: 'EXECUTING',
    tags: ['jobs'],
    createdAt,
    updatedAt: createdAt,
    readAt: createdAt,
    attemptCount: 1,
    relatedRuns: {},
    // Other fields that the SDK's schema requires.
    isQueued: false,
    isExecuting: true,
    isWaiting: false,
    isCompleted: false,
    isSuccess: false,
    isFailed: false,
    isCancelled: false,
    isTest: false,
    costInCents: 0,
    baseCostInCents: 0,
    durationMs: 0,
    depth: 0,
    triggerFunction: 'trigger',
  } as const
  return { ...run, ...more }
}

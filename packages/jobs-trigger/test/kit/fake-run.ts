import type { EngineRun } from '../../src/api/engine-shapes.ts'

/** A run as the API tells it, in JSON or as the SDK hands it over: everything that is not said is of one under way. */
export function fakeRun(more: Partial<EngineRun> = {}): EngineRun {
  const createdAt = new Date('2026-03-01T12:00:00Z')
  const told = {
    id: 'run_1',
    taskIdentifier: 'event-work__asked',
    status: 'EXECUTING',
    tags: ['jobs'],
    createdAt,
    updatedAt: createdAt,
    attemptCount: 1,
    relatedRuns: {},
    // What the SDK's schema asks for besides.
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
  return { ...told, ...more }
}

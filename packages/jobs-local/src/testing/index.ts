/**
 * The same exports as `@cgk-platform/jobs/local/testing`.
 *
 * @module jobs-local/testing
 */

import { disableCronAutoStart } from '@cgk-platform/jobs-core/tools'

export type { HistoryStep, WorkflowHistory } from '@cgk-platform/jobs-core/inspect'
export { type HistoryReplay, replayHistory, type ReplayHistoryOptions } from './replay-history.ts'
export {
  type AttemptRecord,
  createTestEngine,
  type SentRecord,
  type TestEngine,
  type TestEngineOptions,
} from './test-engine.ts'
export { createVirtualClock, type VirtualClock } from './virtual-clock.ts'

disableCronAutoStart()

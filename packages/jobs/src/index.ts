/**
 * Background jobs on the engine that you configure. Most apps only import this module.
 *
 * @module jobs
 */

import { registerEngine } from '@cgk-platform/jobs-core/provider'

import { knownEngines } from './engines.ts'

export * from '@cgk-platform/jobs-core'

export type { LocalConfig } from '@cgk-platform/jobs-local'
export type { InngestConfig, PostgresConfig, PostgresInProcess, PostgresPool, TriggerConfig } from './engines.ts'
export type { HandlerTransaction, JobEvents } from './job-events.ts'

for (const engine of knownEngines) registerEngine(engine)

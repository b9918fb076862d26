/**
 * For tools that work on any engine: choosing and checking engines, clients on a given provider, and safe output.
 *
 * @module jobs-core/tools
 */

// Events and envelopes
export type { StandardSchemaV1 } from '@standard-schema/spec'

// Errors and logs
export type { LogLevel } from './logging/logger.ts'
export { shortenStack } from './logging/shorten-stack.ts'
export { logLevelError } from './logging/default-logger.ts'
export { escapeInvisible, escapeInvisibleInJson } from './logging/escape-invisible.ts'

// Engines: the provider contract, and how one is chosen
export { allFeatures } from './engines/capabilities.ts'
export { findUnsupported, requireFeature } from './provider/check-support.ts'
export { chooseEngine, type ChosenEngine, requireEngine } from './provider/choose-engine.ts'
export { loadEngine } from './provider/load-engine.ts'
export { didYouMean } from './options/did-you-mean.ts'
export { findUnreadVariables } from './provider/find-unread-variables.ts'
export type { MisnamedVariable } from './provider/find-misnamed-variable.ts'
export type {
  DoctorConfigOptions,
  EngineFile,
  EngineSetup,
  EngineVariable,
  VendorSdk,
} from './engines/engine-descriptor.ts'
export { engines } from './provider/engine-registry.ts'
export { describeWait } from './status/wait-reason.ts'
export { toWorkflowHistories } from './status/workflow-history.ts'
export { countMayExceed, describeCount } from './inspection/describe-count.ts'
export type { ProviderChoice } from './provider/provider-choice.ts'

// Clients
export { internalsOf } from './client/client-internals.ts'
export type { ClientEngine } from './client/create-client.ts'
export { disableCronAutoStart } from './client/default-client.ts'
export { limitToTenant, type LimitedClient } from './client/limit-to-tenant.ts'
export { limitedMessage } from './client/limited-message.ts'

// Definitions
export type { AsJson } from './jobs/as-json.ts'
export type { EventDefinition } from './jobs/definition.ts'
export { processJobs, registryOfSet, withSeparateRegistry } from './jobs/job-registry.ts'
export type { DuplicateDefinition } from './jobs/duplicate-definitions.ts'
export { summaryOfRun } from './inspection/summarize-runs.ts'

import { atLeastOnceCases } from './cases/at-least-once.ts'
import { attemptCases } from './cases/attempts.ts'
import { batchControlCases } from './cases/batch-control.ts'
import { batchCases } from './cases/batches.ts'
import { cancelCases } from './cases/cancel.ts'
import { cancelIsFinalCases } from './cases/cancel-is-final.ts'
import { concurrencyCases } from './cases/concurrency.ts'
import { concurrencyKeyCases } from './cases/concurrency-key.ts'
import { contextCases } from './cases/context.ts'
import { cronCases } from './cases/cron.ts'
import { cronControlCases } from './cases/cron-control.ts'
import { debounceCases } from './cases/debounce.ts'
import { enabledCases } from './cases/enabled.ts'
import { fairTenantCases } from './cases/fair-tenants.ts'
import { fanOutCases } from './cases/fan-out.ts'
import { hookCases } from './cases/hooks.ts'
import { idempotencyCases } from './cases/idempotency.ts'
import { inspectionCases } from './cases/inspection.ts'
import { inspectionChangeCases } from './cases/inspection-changes.ts'
import { inspectionFigureCases } from './cases/inspection-figures.ts'
import { inspectionListCases } from './cases/inspection-lists.ts'
import { instrumentationCases } from './cases/instrumentation.ts'
import { middlewareCases } from './cases/middleware.ts'
import { nothingSilentCases } from './cases/nothing-silent.ts'
import { onFailureCases } from './cases/on-failure.ts'
import { outputCases } from './cases/output.ts'
import { platformJobCases } from './cases/platform-jobs.ts'
import { pauseCases } from './cases/pauses.ts'
import { pauseScopeCases } from './cases/pause-scope.ts'
import { priorityCases } from './cases/priority.ts'
import { productionCases } from './cases/production.ts'
import { readingCases } from './cases/reading.ts'
import { referenceCases } from './cases/reference.ts'
import { runTimeoutCases } from './cases/run-timeout.ts'
import { retryDelayCases } from './cases/retry-delays.ts'
import { retryJobCases } from './cases/retry-job.ts'
import { returnedErrorCases } from './cases/returned-errors.ts'
import { ownEventCases } from './cases/own-events.ts'
import { slashCases } from './cases/slashes.ts'
import { statusCases } from './cases/status.ts'
import { tenantDataCases } from './cases/tenant-data.ts'
import { tenantIsolationCases } from './cases/tenant-isolation.ts'
import { codecCases } from './cases/codec.ts'
import { maxWaitingCases } from './cases/max-waiting.ts'
import { throttleCases } from './cases/throttle.ts'
import { transactionCases } from './cases/transactions.ts'
import { timeCases } from './cases/time.ts'
import { validationCases } from './cases/validation.ts'
import { wireCases } from './cases/wire.ts'
import { dateCases } from './cases/dates.ts'
import { workflowStepCases } from './cases/workflow-steps.ts'
import { workflowFlowCases } from './cases/workflow-flow.ts'
import { workflowWaitCases } from './cases/workflow-waits.ts'
import { workflowSignalCases } from './cases/workflow-signals.ts'
import { workflowSendCases } from './cases/workflow-sends.ts'
import { workflowJobCases } from './cases/workflow-jobs.ts'
import { workflowPastEventCases } from './cases/workflow-past-events.ts'
import { workflowPlatformCases } from './cases/workflow-platform.ts'
import { workflowCompensationCases } from './cases/workflow-compensation.ts'
import { workflowMiddlewareCases } from './cases/workflow-middleware.ts'
import { waitReasonCases } from './cases/wait-reasons.ts'
import { workflowChangeCases } from './cases/workflow-changes.ts'
import { workflowDeployCases } from './cases/workflow-deploys.ts'
import { workflowControlCases } from './cases/workflow-control.ts'
import { workflowRestartCases } from './cases/workflow-restart.ts'
import { workflowMistakeCases } from './cases/workflow-mistakes.ts'
import type { ConformanceCase } from './conformance-case.ts'

/** Every case of the suite, in the order of the rules. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...fanOutCases,
  ...enabledCases,
  ...contextCases,
  ...statusCases,
  ...readingCases,
  ...referenceCases,
  ...hookCases,
  ...middlewareCases,
  ...instrumentationCases,
  ...inspectionCases,
  ...waitReasonCases,
  ...inspectionListCases,
  ...inspectionFigureCases,
  ...inspectionChangeCases,
  ...tenantIsolationCases,
  ...tenantDataCases,
  ...platformJobCases,
  ...concurrencyCases,
  ...validationCases,
  ...wireCases,
  ...dateCases,
  ...outputCases,
  ...atLeastOnceCases,
  ...idempotencyCases,
  ...transactionCases,
  ...retryDelayCases,
  ...attemptCases,
  ...returnedErrorCases,
  ...onFailureCases,
  ...timeCases,
  ...runTimeoutCases,
  ...cronCases,
  ...cronControlCases,
  ...cancelCases,
  ...cancelIsFinalCases,
  ...retryJobCases,
  ...nothingSilentCases,
  ...productionCases,
  ...workflowStepCases,
  ...workflowFlowCases,
  ...workflowWaitCases,
  ...workflowPastEventCases,
  ...workflowSignalCases,
  ...workflowSendCases,
  ...workflowJobCases,
  ...workflowPlatformCases,
  ...workflowCompensationCases,
  ...workflowControlCases,
  ...workflowRestartCases,
  ...workflowChangeCases,
  ...workflowDeployCases,
  ...workflowMiddlewareCases,
  ...workflowMistakeCases,
  ...priorityCases,
  ...concurrencyKeyCases,
  ...maxWaitingCases,
  ...codecCases,
  ...throttleCases,
  ...fairTenantCases,
  ...batchCases,
  ...batchControlCases,
  ...pauseCases,
  ...pauseScopeCases,
  ...debounceCases,
  ...ownEventCases,
  ...slashCases,
]

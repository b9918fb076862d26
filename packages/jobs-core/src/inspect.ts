/**
 * The types of `client.inspect`, which reads jobs in detail and steers many at once.
 *
 * @module jobs-core/inspect
 */

export type { DefinitionInfo, ScheduleInfo } from './inspection/definition-info.ts'
export type { DefinitionHistory, HistoryInterval, HistoryOptions } from './status/definition-history.ts'
export type { ErrorGroup, ErrorGroups, ListErrorsOptions } from './status/error-groups.ts'
export type { EventInfo } from './inspection/event-info.ts'
export type { CountGroup, JobCount, JobCounts } from './status/job-counts.ts'
export type { AttemptDetails, JobDetails, RunDetails } from './status/job-details.ts'
export type { JobFilter } from './status/job-filter.ts'
export type { JobSelection } from './inspection/job-selection.ts'
export type {
  ChangeJobsOptions,
  ChangeJobsResult,
  CountOptions,
  InspectListOptions,
  JobInspector,
  JobsChange,
  StatsOptions,
  SubscribeOptions,
  TenantInspector,
} from './inspection/job-inspector.ts'
export type { EraseOptions, EraseResult, TenantData } from './inspection/tenant-data.ts'
export type { GroupStats, JobStats } from './inspection/job-stats.ts'
export type { JobSummary, JobSummaryPage, RunSummary, ShortError } from './status/job-summary.ts'
export type { WorkerInfo } from './status/worker-info.ts'
export type { HistoryStep, WorkflowHistory } from './status/workflow-history.ts'

import type { Definition } from '@cgk-platform/jobs-core'
import { type DuplicateDefinition, findUnsupported } from '@cgk-platform/jobs-core/tools'

import type { CheckResult, Finding, JobFacts } from './doctor-report.ts'
import type { EngineSupport } from './known-support.ts'
import type { ImportFailure, LoadedJobs } from './load-jobs.ts'

/** Maximum number of ids in one line. */
const maxListedIds = 12

/** The files that `doctor` imported to find jobs. */
export interface JobFiles {
  readonly files: readonly string[]
  /** True if passed with `--jobs`, false if found in the usual places. */
  readonly arePassed: boolean
}

/** Reports the jobs that were found. With an engine, also what they use that the engine does not support. */
export function checkJobs(
  { definitions, failures, duplicates }: LoadedJobs,
  { files, arePassed }: JobFiles,
  engine: EngineSupport | undefined,
): CheckResult<readonly JobFacts[]> {
  const facts = definitions.map((definition) => ({
    ...describe(definition),
    unsupported: (engine ? findUnsupported(engine, definition) : []).map(({ code, message }) => ({ code, message })),
  }))
  const refused = facts.flatMap(({ id, unsupported }) =>
    unsupported.map(({ message }): Finding => ({ check: 'jobs', status: 'problem', message: `\`${id}\`: ${message}` })),
  )
  return {
    facts,
    findings: [
      ...failures.map(importFinding),
      ...definitionFindings(definitions, { files, arePassed }, failures.length > 0),
      ...duplicates.map(duplicateFinding),
      ...refused,
    ],
  }
}

function describe(definition: Definition): Omit<JobFacts, 'unsupported'> {
  const { id, kind } = definition
  if (kind !== 'cron') return { id, kind, event: definition.event }
  const { schedule, timezone } = definition.schedule
  return { id, kind, schedule, timezone }
}

function importFinding({ file, message, remedy }: ImportFailure): Finding {
  return { check: 'jobs', status: 'problem', message: `\`${file}\` cannot be imported: ${message}`, remedy }
}

/** In production, another event or kind is an error; elsewhere, jobs of the earlier definition end without a run. */
function duplicateFinding({ definitionId, described: [earlier, later], isOther }: DuplicateDefinition): Finding {
  return {
    check: 'jobs',
    status: isOther ? 'problem' : 'warning',
    message: `two definitions have the id \`${definitionId}\`: ${earlier} and ${later}`,
    remedy: 'Give each definition a unique id: only the later one runs.',
  }
}

function definitionFindings(
  definitions: readonly Definition[],
  { files, arePassed }: JobFiles,
  hasFailures: boolean,
): Finding[] {
  if (definitions.length > 0) {
    const ids = definitions.slice(0, maxListedIds).map(({ id }) => `\`${id}\``)
    const more = definitions.length > maxListedIds ? ` and ${definitions.length - maxListedIds} more` : ''
    const where = files.map((file) => `\`${file}\``).join(', ')
    const count = definitions.length === 1 ? '1 job' : `${definitions.length} jobs`
    const message = `${count} in ${where}: ${ids.join(', ')}${more}`
    const others = { remedy: 'Other files were not checked. To check them, pass `--jobs <file>`.' }
    return [{ check: 'jobs', status: 'ok', message, ...(arePassed ? {} : others) }]
  }
  if (hasFailures) return []
  const remedy = 'Pass the files that define jobs, or one that imports them all: `--jobs src/jobs.ts`.'
  const none: Pick<Finding, 'status' | 'message'> =
    files.length === 0
      ? { status: 'warning', message: 'found no file with jobs in the usual places' }
      : { status: 'problem', message: `no jobs are defined in ${files.map((file) => `\`${file}\``).join(', ')}` }
  return [{ check: 'jobs', ...none, remedy }]
}

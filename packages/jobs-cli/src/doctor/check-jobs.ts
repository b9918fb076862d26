import type { Definition, JobProvider } from '@cgk-platform/jobs-core'
import { findUnsupported } from '@cgk-platform/jobs-core/provider'

import type { CheckResult, Finding, JobFacts } from './doctor-report.ts'
import type { ImportFailure, LoadedJobs } from './load-jobs.ts'

/** How many ids are named in a line. */
const mostNamed = 12

/** The files that were imported for their jobs. */
export interface LookedAt {
  readonly files: readonly string[]
  /** True where the command names them, false where they are those in the usual places. */
  readonly areNamed: boolean
}

/** Which jobs were found, and what they use that the engine cannot do; that is not asked without an engine. */
export function checkJobs(
  { definitions, failures }: LoadedJobs,
  { files, areNamed }: LookedAt,
  engine: Pick<JobProvider, 'name' | 'capabilities' | 'findUnsupported'> | undefined,
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
    findings: [...failures.map(failed), ...found(definitions, { files, areNamed }, failures.length > 0), ...refused],
  }
}

function describe(definition: Definition): Omit<JobFacts, 'unsupported'> {
  const { id, kind } = definition
  if (kind !== 'cron') return { id, kind, event: definition.event }
  const { schedule, timezone } = definition.schedule
  return { id, kind, schedule, timezone }
}

function failed({ file, message, remedy }: ImportFailure): Finding {
  return { check: 'jobs', status: 'problem', message: `\`${file}\` cannot be imported: ${message}`, remedy }
}

function found(definitions: readonly Definition[], { files, areNamed }: LookedAt, isFailed: boolean): Finding[] {
  if (definitions.length > 0) {
    const ids = definitions.slice(0, mostNamed).map(({ id }) => `\`${id}\``)
    const more = definitions.length > mostNamed ? ` and ${definitions.length - mostNamed} more` : ''
    const where = files.map((file) => `\`${file}\``).join(', ')
    const count = definitions.length === 1 ? '1 job' : `${definitions.length} jobs`
    const message = `${count} in ${where}: ${ids.join(', ')}${more}`
    const others = { remedy: 'Other files were not looked at: `--jobs <file…>`.' }
    return [{ check: 'jobs', status: 'ok', message, ...(areNamed ? {} : others) }]
  }
  if (isFailed) return []
  const remedy = 'Name the files that define them, or one that imports all of those: `--jobs src/jobs.ts`.'
  const none: Pick<Finding, 'status' | 'message'> =
    files.length === 0
      ? { status: 'warning', message: 'no file with jobs was found in the usual places' }
      : { status: 'problem', message: `no jobs are defined in ${files.map((file) => `\`${file}\``).join(', ')}` }
  return [{ check: 'jobs', ...none, remedy }]
}

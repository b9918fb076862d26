import type { Command } from 'commander'

/** The flags that select jobs, as commander returns them. */
export interface FilterFlags {
  readonly tenant?: string
  readonly definition?: string
  readonly state?: string
  readonly event?: string
  readonly reference?: string
  readonly since?: string
  readonly until?: string
  readonly endedSince?: string
  readonly endedUntil?: string
  readonly inPayload?: string
  readonly error?: string
  readonly errorGroup?: string
}

/** Adds the flags that select jobs. */
export function addFilterFlags(command: Command): Command {
  return command
    .option('--tenant <id>', 'only the jobs of this tenant')
    .option('--definition <id>', 'only jobs with a run of this definition')
    .option('--state <states>', 'only jobs in these states: `failed`, or several as in `queued,running`')
    .option('--event <name>', 'only jobs of this event')
    .option('--reference <text>', 'only jobs that were sent with this reference')
    .option('--since <time>', 'only jobs that were sent since: `2h` ago, or a date such as `2026-11-29T08:00Z`')
    .option('--until <time>', 'only jobs that were sent before')
    .option('--ended-since <time>', 'only jobs with a run that ended since, whenever they were sent')
    .option('--ended-until <time>', 'only jobs with a run that ended before')
    .option('--in-payload <text>', 'only jobs with this text in the JSON of their payload')
    .option('--error <text>', "only jobs with this text in a run's last error")
    .option(
      '--error-group <text>',
      'only jobs whose run fails with this error: a whole `errorGroup` of `errors --json`',
    )
}

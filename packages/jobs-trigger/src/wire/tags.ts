/** The tag of every run that represents a job. Jobs are listed by it. */
export const jobsTag = 'jobs'

/**
 * Returns the tag of every run that represents a job of one tenant. It is a tag of its own because Trigger.dev finds
 * runs that have any of several tags, never all of them.
 */
export function jobsTagOf(tenantId: string): string {
  return tagOf('jobs', tenantId)
}

/** Returns the tag of every run that represents a job with a reference, of any tenant. */
export function referenceTag(reference: string): string {
  return tagOf('reference', reference)
}

/** The values that a run's tags are made from. */
export interface RunTagValues {
  readonly tenantId: string
  readonly event: string
  /** Set for a run that a job's own run started. */
  readonly jobId?: string
  readonly definitionId?: string
}

/** Returns the tag of every run that a job's own run started. */
export function jobTagOf(jobId: string): string {
  return tagOf('job', jobId)
}

/** Returns the tags that identify a run in the dashboard and in lookups of this library. */
export function tagsOf({ tenantId, event, jobId, definitionId }: RunTagValues): string[] {
  return [
    tagOf('tenant', tenantId),
    tagOf('event', event),
    ...(jobId === undefined ? [] : [jobTagOf(jobId)]),
    ...(definitionId === undefined ? [] : [tagOf('definition', definitionId)]),
  ]
}

/** Returns the id of the job that a run was started for, or `undefined` if its tags name none. */
export function jobIdOf(tags: readonly string[]): string | undefined {
  return valuesIn(tags, 'job')[0]
}

/** Returns the tag of the runs that `step.restart` began again. @param first - the run that each of them was at first */
export function restartOfTag(first: string): string {
  return tagOf('restart-of', first)
}

/** Returns the id of the run that one which `step.restart` began again was at first, or `undefined` for any other run. */
export function firstRunId(tags: readonly string[]): string | undefined {
  return valuesIn(tags, 'restart-of')[0]
}

/** Returns the tag that links a job's run, or a retry of it, to the next retry. */
export function retriedByTag(runId: string): string {
  return tagOf('retried-by', runId)
}

/**
 * Returns the ids of the runs that these tags link to as retries. A run replayed in the dashboard also has the tags of
 * the run that it copies.
 */
export function retryRunIds(tags: readonly string[]): string[] {
  return valuesIn(tags, 'retried-by')
}

/** Returns the run ids in tags of this name. Run ids need no escaping in a tag. */
function valuesIn(tags: readonly string[], name: string): string[] {
  const prefix = tagOf(name, '')
  return tags.filter((tag) => tag.startsWith(prefix)).map((tag) => tag.slice(prefix.length))
}

/** Maximum length of a tag. Trigger.dev requires tags shorter than 128 characters. */
const maxLength = 127
/** An unpaired surrogate, which a cut may leave at the end. */
const unpairedSurrogate = /\p{Cs}$/u

/**
 * Returns a tag that is unique to one value. Escapes commas, which would split the tag in a search, and characters that
 * the database rejects. Cuts a value that is too long and appends a hash of the complete value.
 */
function tagOf(name: string, value: string): string {
  const tag = `${name}:${value.replaceAll(/[%,~\s\p{Cc}\p{Cs}]/gu, escape)}`
  if (tag.length <= maxLength) return tag
  const start = tag.slice(0, maxLength - 17).replace(unpairedSurrogate, '')
  return `${start}~${hashOf(value)}`
}

function escape(character: string): string {
  const code = character.charCodeAt(0).toString(16)
  return code.length <= 2 ? `%${code.padStart(2, '0')}` : `%u${code.padStart(4, '0')}`
}

/** Returns a 64-bit FNV-1a hash as 16 hexadecimal digits. It distinguishes names; it is not cryptographic. */
function hashOf(text: string): string {
  let hash = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  }
  return hash.toString(16).padStart(16, '0')
}

/** Every run that stands for a job has it, so that jobs can be listed. */
export const jobsTag = 'jobs'

/** As above, of one tenant: Trigger.dev looks for runs that have any of several tags, never all of them. */
export function jobsTagOf(tenantId: string): string {
  return tagOf('jobs', tenantId)
}

/** What a run is of. */
export interface RunOf {
  readonly tenantId: string
  readonly event: string
  /** Of a run that a job's own run made. */
  readonly jobId?: string
  readonly definitionId?: string
}

/** The tag of every run that a job's own run made. */
export function jobTagOf(jobId: string): string {
  return tagOf('job', jobId)
}

/** The tags by which a run is found, in the dashboard and by us. */
export function tagsOf({ tenantId, event, jobId, definitionId }: RunOf): string[] {
  return [
    tagOf('tenant', tenantId),
    tagOf('event', event),
    ...(jobId === undefined ? [] : [jobTagOf(jobId)]),
    ...(definitionId === undefined ? [] : [tagOf('definition', definitionId)]),
  ]
}

/** The job that a run was made for, where its tags say so. */
export function jobOf(tags: readonly string[]): string | undefined {
  return valuesIn(tags, 'job')[0]
}

/** Leads from a job's run, or from a retry of it, to the next retry. */
export function retriedByTag(runId: string): string {
  return tagOf('retried-by', runId)
}

/** The runs that these tags lead to as retries: a replay has the tags of what it is a copy of, beside its own. */
export function retriedBy(tags: readonly string[]): string[] {
  return valuesIn(tags, 'retried-by')
}

/** Ids of runs are in a tag as they are. */
function valuesIn(tags: readonly string[], name: string): string[] {
  const prefix = tagOf(name, '')
  return tags.filter((tag) => tag.startsWith(prefix)).map((tag) => tag.slice(prefix.length))
}

/** Tags are shorter than 128 characters. */
const longest = 127
/** What a cut leaves of a character that is two in a text. */
const halfCharacter = /\p{Cs}$/u

/**
 * A tag that one value alone has. A comma would part it in two where runs are looked for by it, and not every character
 * is one that a database takes. A value that is too long keeps its beginning and gets a number made of all of it.
 */
function tagOf(name: string, value: string): string {
  const tag = `${name}:${value.replaceAll(/[%,~\s\p{Cc}\p{Cs}]/gu, escape)}`
  if (tag.length <= longest) return tag
  const beginning = tag.slice(0, longest - 17).replace(halfCharacter, '')
  return `${beginning}~${hashOf(value)}`
}

function escape(character: string): string {
  const code = character.charCodeAt(0).toString(16)
  return code.length <= 2 ? `%${code.padStart(2, '0')}` : `%u${code.padStart(4, '0')}`
}

/** FNV-1a, 64 bits, as 16 hexadecimal digits: names apart, keeps nobody out. */
function hashOf(text: string): string {
  let hash = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  }
  return hash.toString(16).padStart(16, '0')
}

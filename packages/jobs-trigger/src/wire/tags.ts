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

/** Leads from a job's run, or from a retry of it, to the next retry. */
export function retriedByTag(runId: string): string {
  return tagOf('retried-by', runId)
}

/** The run that a job was retried by, where these tags of it lead to one. */
export function retriedBy(tags: readonly string[]): string | undefined {
  const prefix = retriedByTag('')
  return tags.find((tag) => tag.startsWith(prefix))?.slice(prefix.length)
}

/** Tags are shorter than 128 characters. */
const longest = 127

/**
 * A tag that one value alone has. A comma would part it in two where runs are looked for by it, and not every character
 * is one that a database takes. A value that is too long keeps its beginning and gets a number made of all of it.
 */
function tagOf(name: string, value: string): string {
  const tag = `${name}:${value.replaceAll(/[%,~\s\p{Cc}\p{Cs}]/gu, escape)}`
  return tag.length <= longest ? tag : `${tag.slice(0, longest - 17)}~${hashOf(value)}`
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

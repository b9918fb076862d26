import { type CallSite, fileOf } from '../runtime/call-site.ts'
import { isDevelopment } from '../runtime/environment.ts'
import { schemaFingerprint } from '../events/schema-fingerprint.ts'
import type { Definition } from './definition.ts'
import type { OwnJob } from './own-job.ts'

/** A definition and the location of its code. */
export interface DefinedAt {
  readonly definition: Definition
  readonly site: CallSite | undefined
}

/** Two definitions with one id, of which the later one is used. */
export interface DuplicateDefinition {
  readonly definitionId: string
  /** The definitions, each as in "a job for `order.created` (orders.ts:3:4)". */
  readonly described: readonly [earlier: string, later: string]
  /** True if they handle different events or differ in kind: jobs of the earlier one then end without a run. */
  readonly isOther: boolean
}

/**
 * Returns what is wrong with a definition that replaces another with its id: `undefined` in a hot reload, and for the
 * same code that a bundler has copied into two files.
 */
export function duplicateOf(earlier: DefinedAt, later: DefinedAt): DuplicateDefinition | undefined {
  const [{ definition }, { definition: replacement }] = [earlier, later]
  if (definition === replacement) return undefined
  const [before, now] = [earlier.site?.(), later.site?.()]
  const isOther = definition.kind !== replacement.kind || eventNameOf(definition) !== eventNameOf(replacement)
  const isSameFile = before !== undefined && fileOf(before) === fileOf(now)
  if (isDevelopment() && isSameFile) return undefined // an edit changed it
  if (!isOther) {
    if (before === undefined || now === undefined || before === now) return undefined
    if (!isSameFile && isSameCode(definition, replacement)) return undefined
  }
  return { definitionId: definition.id, described: [describe(definition, before), describe(replacement, now)], isOther }
}

/** Describes a definition to people: "a job for `order.created` (orders.ts:3:4)". */
export function describe(definition: Definition, site?: string): string {
  const kind = { job: 'a job', batch: 'a batch job', cron: 'a cron job', workflow: 'a workflow' }[definition.kind]
  const event = eventNameOf(definition)
  return `${kind}${event === undefined ? '' : ` for \`${event}\``}${site === undefined ? '' : ` (${site})`}`
}

function eventNameOf(definition: Definition): string | undefined {
  return definition.kind === 'cron' ? undefined : definition.event
}

function isSameCode(one: Definition, other: Definition): boolean {
  const serialize = (definition: Definition): string =>
    JSON.stringify({ ...definition, payload: payloadOf(definition) }, (_name, value: unknown) =>
      typeof value === 'function' ? String(value) : value,
    )
  try {
    return serialize(one) === serialize(other)
  } catch {
    return false // provider options that JSON cannot represent
  }
}

function payloadOf(definition: Definition): string | undefined {
  const { payload } = definition as Partial<OwnJob>
  return payload && schemaFingerprint(payload)
}

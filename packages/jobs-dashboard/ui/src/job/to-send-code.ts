import { escapeInvisible } from '@cgk-platform/jobs-core/tools'

import type { JobJson } from '../../../src/api-types.ts'

/** Returns the code that sends the same event again, as a new job. It leaves the idempotency key out. */
export function toSendCode({ event, payload, references }: JobJson): string {
  const json = payload?.kind === 'json' ? payload.json : {}
  const options = references && references.length > 0 ? `, ${toCode({ reference: references })}` : ''
  // A job without an event is sent by what `defineJob` returned, whose name is not known here.
  const ownJob = event.startsWith('job/') ? event.slice('job/'.length) : undefined
  const target = ownJob === undefined ? toCode(event) : 'definition'
  const comment = ownJob === undefined ? '' : `// \`definition\` is the job ${toCode(ownJob)}\n`
  return `${comment}await sendJob(${target}, ${toCode(json)}${options})\n`
}

/**
 * Returns a value as JavaScript. Keys that need no quotes have none. Invisible characters are escaped, because text of a
 * job could reorder or hide the code around it in an editor.
 */
function toCode(value: unknown): string {
  const code = JSON.stringify(value, null, 2).replace(/^(\s*)"([A-Za-z_$][\w$]*)":/gm, '$1$2:')
  return escapeInvisible(code, '\n')
}

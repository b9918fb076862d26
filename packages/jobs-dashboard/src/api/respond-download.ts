import type { Scope } from '../access/scope-of.ts'
import { Refusal } from '../http/refusal.ts'
import { respond } from '../http/respond.ts'
import type { ApiContext, ApiRequest } from './api-context.ts'
import type { Query } from './read-query.ts'
import { redactStepOutput } from './show-job.ts'

/** Answers with a payload or an output as a file. */
export async function respondDownload(
  { inspect }: Scope,
  query: Query,
  { redact }: ApiContext,
  { access }: ApiRequest,
): Promise<Response> {
  if (!access.can.payloads) throw new Refusal(403, 'forbidden', 'You may not see payloads and outputs.')
  const job = await inspect.getJob(query.required('id'))
  const [part, runId, stepId] = [query.required('part'), query.text('run'), query.text('step')]
  const run = job.runs.find(({ id }) => id === runId)
  const step = run?.steps?.find(({ id }) => id === stepId)
  let value: unknown
  if (part === 'payload') value = redact('payload', job.payload)
  else if (part === 'output' && step) value = redactStepOutput(redact, step.kind, step.output)
  else if (part === 'output' && stepId === undefined) value = redact('output', run?.output)
  if (value === undefined) throw new Refusal(404, 'not_found', 'The job has no such payload or output.')
  // Only plain characters, because an id can have any.
  const name = [job.id, stepId, part]
    .filter((one) => one !== undefined)
    .join('-')
    .replaceAll(/[^\w.-]/g, '_')
    .slice(-100)
  return respond(JSON.stringify(value, undefined, 2), 200, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Disposition': `attachment; filename="${name}.json"`,
  })
}

import type { AuditEntry, DashboardAction } from '../audit.ts'
import type { Access } from '../access/authorize-request.ts'
import { scopeOf } from '../access/scope-of.ts'
import { checkOrigin } from '../http/check-origin.ts'
import { abortedCode, readJson } from '../http/read-json.ts'
import { Refusal } from '../http/refusal.ts'
import { respondJson } from '../http/respond.ts'
import { toRefusal } from '../http/to-refusal.ts'
import { actions } from './actions.ts'
import type { ApiContext, ApiRequest } from './api-context.ts'
import { Query } from './read-query.ts'
import { readFields } from './read-fields.ts'

const maxBodyBytes = 1024 * 1024
const maxSendBytes = 32 * 1024 * 1024
/** Time for the changes of one request. The page repeats a request that has not finished. */
const maxChangeMs = 20_000

/** Performs an action, and writes it to the audit log: also one that is denied or fails. */
export async function performAction(
  action: DashboardAction,
  context: ApiContext,
  { request, access }: ApiRequest,
): Promise<Response> {
  const { permission, names, prepare } = actions[action]
  const { client, logger, seal } = context
  let target: AuditEntry['target'] = {}
  let tenantId: string | undefined
  const audit = async (rest: Pick<AuditEntry, 'outcome' | 'result' | 'error'>): Promise<void> =>
    context.audit({ user: access.user, action, ...(tenantId !== undefined && { tenantId }), target, ...rest })

  try {
    checkOrigin(request)
    const query = new Query(request.url, ['tenant'])
    tenantId = query.text('tenant') ?? (access.tenants.length === 1 ? access.tenants[0] : undefined)
    const prepared = prepare(
      readFields(await readJson(request, await maxBytesOf(action, context, access)), 'the body', names),
    )
    target = prepared.target
    if (!access.can[permission]) throw new Refusal(403, 'forbidden', 'You may not do this.')
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(maxChangeMs)])
    const scope = () => scopeOf(client, access, query.text('tenant'))
    const answer = await prepared.perform({ client, logger, seal, access, scope, signal })
    await audit({ outcome: 'done', result: resultOf(answer) })
    return respondJson(answer)
  } catch (error) {
    const refusal = toRefusal(error, logger)
    const { code } = refusal.error
    // The client has gone before it requested anything.
    if (code === abortedCode) throw refusal
    await audit({ outcome: ['forbidden', 'cross_site', 'not_found'].includes(code) ? 'denied' : 'failed', error: code })
    throw refusal
  }
}

/** A payload can be as large as the engine allows. */
async function maxBytesOf(action: DashboardAction, { client }: ApiContext, { can }: Access): Promise<number> {
  if (action !== 'send' || !can.send) return maxBodyBytes
  const { maxPayloadBytes } = await client.capabilities()
  return Math.max(maxBodyBytes, Math.min(maxSendBytes, maxPayloadBytes + maxBodyBytes))
}

/** The numbers of an answer, and the ids of new jobs. */
function resultOf(answer: object): NonNullable<AuditEntry['result']> {
  const { failed: _, cursor: __, ...result } = answer as Readonly<Record<string, unknown>>
  return result
}

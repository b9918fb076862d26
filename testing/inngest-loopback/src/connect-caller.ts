import type { ConnectRequests } from './connect-requests.ts'
import { encode, messages } from './connect-messages.ts'
import { toHttpReply } from './connect-reply.ts'
import type { Workers } from './connect-workers.ts'
import { deterministicUuid } from './deterministic-uuid.ts'
import type { HttpReply, HttpRequest } from './http-messages.ts'

/** The only account and environment of an open-source server. */
const accountId = '00000000-0000-4000-a000-000000000000'
const envId = '00000000-0000-4000-b000-000000000000'

const maxTries = 3

/** Sends a request to a worker that has the function in the URL, and awaits its reply (pkg/connect/grpc/proxy.go). */
export async function callWorker(
  url: string,
  { headers, body }: Pick<HttpRequest, 'headers' | 'body'>,
  { workers, requests }: { readonly workers: Workers; readonly requests: ConnectRequests },
): Promise<HttpReply> {
  const { searchParams } = new URL(url)
  const functionSlug = searchParams.get('fnId') ?? ''
  const requestId = headers['x-request-id']!
  const noTrace = Buffer.from('{}')
  const request = requests.open(requestId)
  try {
    for (let tries = 1; ; tries++) {
      const { connection, appName } = await workers.route(functionSlug)
      const payload = encode(messages.GatewayExecutorRequestData, {
        requestId,
        accountId,
        envId,
        appId: deterministicUuid(appName),
        appName,
        functionId: deterministicUuid(`${appName}/${functionSlug}`),
        functionSlug,
        stepId: searchParams.get('stepId') ?? 'step',
        requestPayload: Buffer.from(body),
        systemTraceCtx: noTrace,
        userTraceCtx: noTrace,
        runId: headers['x-run-id']!,
        leaseId: request.leaseId,
        jobId: headers['x-inngest-job-id']!,
      })
      if (await request.isTaken(connection, () => connection.send('GATEWAY_EXECUTOR_REQUEST', payload))) break
      if (tries === maxTries) throw new Error('failed to route request to gateway: the connection is draining')
    }
    return toHttpReply(await request.reply)
  } finally {
    request.close()
  }
}

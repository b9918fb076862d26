import { type ClientRequest, request as sendRequest } from 'node:http'
import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { FaultRules } from './faults.ts'
import type { HttpReply, HttpRequest } from './http-messages.ts'
import type { LoggedRequest } from './request-log.ts'

/** Sends requests to apps. */
export interface AppCaller {
  /** Sends a request. @throws {Error} without a complete response. */
  call(url: string, request: Omit<HttpRequest, 'path'>): Promise<HttpReply>
  /** Aborts pending requests. */
  close(): void
}

/** Creates a caller that uses each connection once: the app could close an idle one just before its next use. */
export function createAppCaller(options: {
  readonly clock: Clock
  readonly faults: FaultRules
  readonly requests: LoggedRequest[]
  /** Calls an app through a connected worker. */
  callWorker(url: string, request: Omit<HttpRequest, 'path'>): Promise<HttpReply>
}): AppCaller {
  const { clock, faults, requests, callWorker } = options
  const open = new Set<ClientRequest>()

  return {
    async call(url, request) {
      const { pathname, search } = new URL(url)
      const path = pathname + search
      const at = clock.now()
      const log = (status: number): void =>
        void requests.push({ method: request.method, path, at, direction: 'out', status })

      const fault = await faults.find({ ...request, path })
      if (fault?.kind === 'answer') {
        log(fault.status)
        return fault
      }
      try {
        if (fault?.kind === 'hang') await new Promise<never>(() => {})
        if (fault?.kind === 'reset' && fault.when === 'before') throw new Error('connection reset')
        if (fault?.kind === 'delay') await new Promise<void>((resolve) => clock.setTimer(fault.delayMs, resolve))
        const reply = await (url.startsWith('wss:') ? callWorker(url, request) : send(url, request, open))
        if (fault?.kind === 'reset' || fault?.kind === 'cut') throw new Error('connection reset')
        log(reply.status)
        return reply
      } catch (error) {
        log(0)
        throw error
      }
    },
    close() {
      for (const each of open) each.destroy()
    },
  }
}

function send(
  url: string,
  { method, headers, body }: Omit<HttpRequest, 'path'>,
  open: Set<ClientRequest>,
): Promise<HttpReply> {
  return new Promise((resolve, reject) => {
    const length = { 'content-length': String(Buffer.byteLength(body)) }
    const outgoing = sendRequest(url, { method, agent: false, headers: { ...headers, ...length } })
    open.add(outgoing)
    outgoing.on('close', () => open.delete(outgoing))
    outgoing.on('error', reject)
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () => {
        const names = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])
        resolve({
          status: incoming.statusCode ?? 0,
          headers: Object.fromEntries(names) as Record<string, string>,
          body: Buffer.concat(chunks).toString('utf8'),
        })
      })
    })
    outgoing.end(body)
  })
}

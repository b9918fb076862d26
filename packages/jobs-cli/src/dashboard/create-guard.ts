import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** Admits only requests of the user who has seen the address. */
export interface Guard {
  /** The path of the dashboard. */
  readonly basePath: string
  /** The address with the token, for the user's browser. */
  readonly address: string
  /** Returns an address that holds once. Other users of this machine can see it in the list of processes. */
  addressForOneVisit(): string
  /** Returns whether the request may pass. Otherwise it has answered. */
  admits(request: IncomingMessage, response: ServerResponse): boolean
}

/**
 * Creates the guard of a server on this port of 127.0.0.1. The token in the address is exchanged for a cookie, so that it
 * does not stay in the browser's history.
 */
export function createGuard(port: number): Guard {
  const token = randomBytes(32).toString('base64url')
  const session = randomBytes(32).toString('base64url')
  // A browser sends cookies of 127.0.0.1 to all of its ports, but only to this path. Servers of other users do not know it.
  const basePath = `/${randomBytes(16).toString('base64url')}`
  const cookie = `cgk_jobs_${port}`
  const tokensForOneVisit = new Set<string>()
  const addressWith = (given: string): string => `http://127.0.0.1:${port}/?token=${given}`
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]

  const answer = (
    response: ServerResponse,
    status: number,
    text: string,
    headers: Record<string, string> = {},
  ): false => {
    response.writeHead(status, {
      'Content-Type': 'text/plain; charset=utf-8',
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      ...headers,
    })
    response.end(text)
    return false
  }

  return {
    basePath,
    address: addressWith(token),
    addressForOneVisit() {
      const forOneVisit = randomBytes(32).toString('base64url')
      tokensForOneVisit.add(forOneVisit)
      return addressWith(forOneVisit)
    },
    admits(request, response) {
      // A name of another site can point to this machine (DNS rebinding).
      if (!hosts.includes(request.headers.host ?? '')) return answer(response, 421, 'Unknown host')
      const [path, base] = [request.url ?? '', 'http://127.0.0.1']
      if (!URL.canParse(path, base)) return answer(response, 400, 'Bad request')
      const given = new URL(path, base).searchParams.get('token')
      if (given !== null && request.method === 'GET' && (isSame(given, token) || tokensForOneVisit.delete(given))) {
        return answer(response, 303, '', {
          Location: basePath,
          'Set-Cookie': `${cookie}=${session}; HttpOnly; SameSite=Strict; Path=${basePath}`,
        })
      }
      if (isSame(cookieOf(request, cookie), session)) return true
      return answer(response, 401, 'Open the address that the command printed. It holds until the command ends.')
    },
  }
}

function cookieOf({ headers }: IncomingMessage, name: string): string {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='))
  return pairs.find(([key]) => key === name)?.[1] ?? ''
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}

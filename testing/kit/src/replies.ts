/** A response of a fake server: JSON, or an unchanged string. */
export interface Reply {
  readonly status?: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** Returns these responses in order, then the last one repeatedly. An error makes the request fail. */
export function inTurn(...replies: (Reply | Error)[]): (request: unknown, index: number) => Reply {
  return (_, index) => {
    const reply = replies[Math.min(index, replies.length - 1)]!
    if (reply instanceof Error) throw reply
    return reply
  }
}

/** Returns the error that `fetch` throws if a connection fails with this code. */
export function connectionError(code: string): Error {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(`connect ${code}`), { code }) })
}

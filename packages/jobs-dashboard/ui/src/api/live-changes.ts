import type { ChangeJson, ErrorJson } from '../../../src/api-types.ts'

/** Receives changes of jobs. */
export interface LiveListener {
  /** Called with the newest jobs after each connect, then with changes. */
  readonly onChange: (change: ChangeJson, isFirst: boolean) => void
  /** Called when the connection comes or goes. */
  readonly onConnected: (isConnected: boolean) => void
  /** Called when the engine does not answer; the connection continues. */
  readonly onProblem: (message: string) => void
}

const hiddenMs = 60_000
const maxDelayMs = 30_000

/**
 * Listens to changes until the returned function is called. Connects again after a failure with a backoff, and
 * disconnects while the page has been hidden for a minute.
 */
export function listenToChanges(url: string, listener: LiveListener): () => void {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let failures = 0

  const disconnect = () => {
    clearTimeout(timer)
    source?.close()
    source = undefined
    listener.onConnected(false)
  }
  const connect = () => {
    disconnect()
    let isFirst = true
    const mine = new EventSource(url)
    source = mine
    mine.addEventListener('open', () => {
      isFirst = true
      failures = 0
    })
    mine.addEventListener('change', (event) => {
      listener.onConnected(true)
      listener.onChange(JSON.parse(String(event.data)) as ChangeJson, isFirst)
      isFirst = false
    })
    mine.addEventListener('problem', (event) => {
      listener.onProblem((JSON.parse(String(event.data)) as ErrorJson).error.message)
    })
    mine.addEventListener('error', () => {
      listener.onConnected(false)
      failures += 1
      // The first failure is the usual end of a stream. The browser connects again.
      if (failures > 1) listener.onProblem('The server does not answer.')
      if (mine.readyState !== EventSource.CLOSED) return
      const delayMs = Math.min(500 * 2 ** failures, maxDelayMs) * (0.75 + Math.random() / 2)
      timer = setTimeout(connect, delayMs)
    })
  }
  const onVisibility = () => {
    clearTimeout(timer)
    if (document.hidden) timer = setTimeout(disconnect, hiddenMs)
    else if (!source || source.readyState === EventSource.CLOSED) connect()
  }
  document.addEventListener('visibilitychange', onVisibility)
  connect()
  return () => {
    document.removeEventListener('visibilitychange', onVisibility)
    disconnect()
  }
}

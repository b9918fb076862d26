'use client'

import { useEffect, useState } from 'react'

import type { JobView } from '../src/job-view.ts'

const pollEveryMs = 400

/** Reads a job repeatedly until it has ended. */
export function useJob(jobId: string): { job?: JobView; problem?: string; reload: () => void } {
  const [current, setCurrent] = useState<{ job?: JobView; problem?: string }>({})
  const [round, setRound] = useState(0)

  useEffect(() => {
    const stop = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = async (): Promise<void> => {
      const next = await readJob(jobId, stop.signal)
      if (stop.signal.aborted) return
      setCurrent(({ job }) => ({ ...(job && { job }), ...next }))
      if (!next.job?.ended) timer = setTimeout(() => void read(), pollEveryMs)
    }
    void read()
    return () => {
      stop.abort()
      clearTimeout(timer)
    }
  }, [jobId, round])

  return { ...current, reload: () => setRound((previous) => previous + 1) }
}

/** Reads a job once. Returns a message if the read fails. */
async function readJob(jobId: string, signal: AbortSignal): Promise<{ job?: JobView; problem?: string }> {
  try {
    const response = await fetch(`/api/jobs/${jobId}`, { signal, cache: 'no-store' })
    if (response.ok) return { job: (await response.json()) as JobView }
    return { problem: `Could not read the state (${response.status}). Retrying…` }
  } catch {
    return { problem: 'The app does not respond. Retrying…' }
  }
}

'use client'

import { useEffect, useState } from 'react'

import type { JobView } from '../src/job-view.ts'

const pollEveryMs = 400

/** A job as it stands, read again and again until it has ended. */
export function useJob(jobId: string): { job?: JobView; problem?: string; readAgain: () => void } {
  const [seen, setSeen] = useState<{ job?: JobView; problem?: string }>({})
  const [round, setRound] = useState(0)

  useEffect(() => {
    const stop = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = async (): Promise<void> => {
      const next = await readJob(jobId, stop.signal)
      if (stop.signal.aborted) return
      setSeen(({ job }) => ({ ...(job && { job }), ...next }))
      if (!next.job?.ended) timer = setTimeout(() => void read(), pollEveryMs)
    }
    void read()
    return () => {
      stop.abort()
      clearTimeout(timer)
    }
  }, [jobId, round])

  return { ...seen, readAgain: () => setRound((before) => before + 1) }
}

/** One reading. What goes wrong on the way is said, and the next reading may go right. */
async function readJob(jobId: string, signal: AbortSignal): Promise<{ job?: JobView; problem?: string }> {
  try {
    const response = await fetch(`/api/jobs/${jobId}`, { signal, cache: 'no-store' })
    if (response.ok) return { job: (await response.json()) as JobView }
    return { problem: `The state cannot be read (${response.status}). Trying again…` }
  } catch {
    return { problem: 'The app does not answer. Trying again…' }
  }
}

import { useEffect, useRef, useState } from 'preact/hooks'

import type { ChangedJson, FilterQuery, MatchingBody } from '../../../src/api-types.ts'
import { act } from '../api/request.ts'
import { tenant } from '../app/session.ts'
import { addResults } from './change-result.tsx'
import { describeProblem } from './change-jobs.ts'

/** Number of requests that count one after another, before the user decides. */
const maxCounts = 10

/** The phases of a change: its jobs are counted, the user decides, they are changed, and that is stopped or done. */
export type ChangePhase = 'counting' | 'asking' | 'changing' | 'stopped' | 'done'

/** A change of all jobs that match a filter. */
export interface MatchingChange {
  readonly phase: ChangePhase
  /** The counted jobs. */
  readonly counted: ChangedJson | undefined
  /** The changed jobs. */
  readonly result: ChangedJson | undefined
  /** Why the last request failed. */
  readonly problem: string | undefined
  /** Counts, or continues to count. */
  readonly count: () => void
  /** Changes the jobs, or continues to. */
  readonly run: () => void
  /** Stops after the current request. */
  readonly stop: () => void
}

/** Counts the jobs of a filter at once, then changes them when `run` is called. `undefined`: nothing can be changed. */
export function useMatchingChange(
  action: 'retry' | 'cancel',
  filter: FilterQuery | undefined,
  onDone: () => void,
): MatchingChange {
  const [phase, setPhase] = useState<ChangePhase>(filter ? 'counting' : 'done')
  const [counted, setCounted] = useState<ChangedJson>()
  const [result, setResult] = useState<ChangedJson>()
  const [problem, setProblem] = useState<string>()
  const isStopped = useRef(false)
  // That of the question, also if the address changes while it is open.
  const [of] = useState(() => tenant.peek())

  /** Repeats a request until it is complete, fails or is stopped. Each continues where the previous one ended. */
  const repeat = async (dryRun: boolean, before: ChangedJson | undefined, show: (all: ChangedJson) => void) => {
    let all = before
    isStopped.current = false
    setProblem(undefined)
    for (let requests = 0; !isStopped.current && (!dryRun || requests < maxCounts); requests++) {
      const cursor = all?.cursor
      const body = { filter: filter!, dryRun, ...(cursor !== undefined && { cursor }) } satisfies MatchingBody
      try {
        const next = await act<ChangedJson>(`${action}-matching`, { tenant: of }, body)
        all = addResults(all, next)
      } catch (error) {
        setProblem(describeProblem(error))
        break
      }
      show(all)
      if (all.isComplete || all.cursor === undefined) break
    }
    return all
  }
  const count = async () => {
    setPhase('counting')
    await repeat(true, counted, setCounted)
    setPhase('asking')
  }
  const run = async () => {
    setPhase('changing')
    const all = await repeat(false, result, setResult)
    setPhase(all?.isComplete ? 'done' : 'stopped')
    onDone()
  }
  useEffect(() => {
    if (filter) void count()
    return () => {
      isStopped.current = true
    }
  }, [])
  return {
    ...{ phase, counted, result, problem },
    count: () => void count(),
    run: () => void run(),
    stop: () => {
      isStopped.current = true
    },
  }
}

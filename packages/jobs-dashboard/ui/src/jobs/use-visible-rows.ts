import type { RefObject } from 'preact'
import { useLayoutEffect, useState } from 'preact/hooks'

const overscan = 8

/** The rows that are on the screen or near it. */
export interface VisibleRows {
  readonly start: number
  readonly end: number
}

/** Follows the scrolling of the page, for a list of rows of equal height. */
export function useVisibleRows(body: RefObject<HTMLElement | null>, count: number, height: number): VisibleRows {
  const [range, setRange] = useState<VisibleRows>({ start: 0, end: 40 })
  useLayoutEffect(() => {
    let frame = 0
    const measure = () => {
      frame = 0
      const element = body.current
      if (!element) return
      const above = -element.getBoundingClientRect().top
      // In steps, so that most scrolling renders nothing.
      const start = Math.max(0, Math.floor(above / height / overscan) * overscan - overscan)
      const end = start + Math.ceil(innerHeight / height / overscan) * overscan + overscan * 3
      setRange((now) => (now.start === start && now.end === end ? now : { start, end }))
    }
    const plan = () => {
      if (frame === 0) frame = requestAnimationFrame(measure)
    }
    measure()
    addEventListener('scroll', plan, { passive: true })
    addEventListener('resize', plan)
    return () => {
      cancelAnimationFrame(frame)
      removeEventListener('scroll', plan)
      removeEventListener('resize', plan)
    }
  }, [height, count === 0])
  return { start: Math.min(range.start, count), end: Math.min(range.end, count) }
}

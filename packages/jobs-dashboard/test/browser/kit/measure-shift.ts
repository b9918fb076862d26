import type { Page } from 'playwright-core'

/** Returns how much the contents of a page have moved by themselves since it was opened: the sum of Web Vitals. */
export function measureShift(page: Page): Promise<number> {
  // The browser reports the shifts of a frame in the next frame.
  return page.evaluate(`new Promise((resolve) => {
    const measure = () => {
      const observer = new PerformanceObserver(() => undefined)
      observer.observe({ type: 'layout-shift', buffered: true })
      resolve(observer.takeRecords().reduce((total, { value }) => total + value, 0))
    }
    requestAnimationFrame(() => requestAnimationFrame(measure))
  })`)
}

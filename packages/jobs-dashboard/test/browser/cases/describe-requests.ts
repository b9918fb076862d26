import { expect, test } from 'vitest'

import type { Pages } from '../kit/open-pages.ts'

const tenantId = 'acme'

/** Tests how much code and how many requests each view needs. */
export function describeRequests(pages: Pages): void {
  test('the first load is at most 40 kB of code, and no view makes more requests than it needs', async () => {
    const failedId = await pages.sent('failed', 'mail.requested', {
      tenantId,
      to: 'a@example.com',
      template: 'receipt',
    })
    const workflowId = await pages.sent('failed', 'order.paid', { tenantId, orderId: 'order_2', isHeavy: true })
    const { features } = await pages.client().capabilities()
    const { runs } = await pages.client().inspect.getJob(workflowId)
    const part = new URLSearchParams({ id: workflowId, run: runs[0]!.id, part: 'step ship' }).toString()
    const canCount = features['inspect.countJobs: exact'].supported
    const reruns = canCount ? ['jobs'] : []
    // By view, the requests below `api/`. Some are repeated later, to follow changes.
    const expected = {
      '': ['session', 'overview', 'engine'],
      '/errors': ['session', 'errors'],
      '/search?text=send': ['session', 'find'],
      '/jobs': ['session', 'jobs', 'changes', ...(canCount ? ['counts'] : [])],
      [`/job?id=${encodeURIComponent(failedId)}`]: ['session', 'job', ...reruns],
      [`/job?${part}`]: ['session', 'job', ...reruns],
      [`/send?from=${encodeURIComponent(failedId)}`]: ['session', 'events', 'job'],
      '/workflows': ['session', 'definitions', 'jobs', 'job'],
      '/definitions': ['session', 'definitions'],
      '/schedules': ['session', 'definitions'],
      '/engine': ['session', 'engine', 'definitions', ...(canCount ? ['counts'] : [])],
      '/send': ['session', 'events'],
    }
    for (const [path, requests] of Object.entries(expected)) {
      const page = await pages.openEmpty()
      const made = new Set<string>()
      let bytes = 0
      let pending = 0 // the files that are being loaded
      const api = `${pages.server().url}/api/`
      page.on('request', (request) => {
        const url = request.url()
        if (url.includes('/assets/')) pending += 1
        if (url.startsWith(api)) made.add(url.slice(api.length).replace(/\?.*/, ''))
        else if (!url.startsWith(pages.server().url)) made.add(`foreign ${url}`)
      })
      page.on('response', (response) => {
        if (!response.url().includes('/assets/')) return
        bytes += Number(response.headers()['content-length'])
        pending -= 1
      })
      await page.goto(`${pages.server().url}${path}`)
      await expect.poll(() => [...made].toSorted()).toEqual(requests.toSorted())
      await page.waitForLoadState('load')
      await expect.poll(() => pending).toBe(0)
      expect([...made].toSorted()).toEqual(requests.toSorted())
      expect(bytes).toBeGreaterThan(10_000)
      expect(bytes).toBeLessThanOrEqual(40_000)
    }
  })
}

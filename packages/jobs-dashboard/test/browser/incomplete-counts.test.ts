import { defineWorkflow } from '@cgk-platform/jobs-core'
import type { JobSummary } from '@cgk-platform/jobs-core/inspect'
import { createFakeInspection, createFakeProvider, jobSummary } from '@cgk-platform/jobs-core/fake-engine'
import { createClient } from '@cgk-platform/jobs-core/provider'
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'

import { openPages } from './kit/open-pages.ts'
import { quietLogger } from './kit/quiet-logger.ts'

// An engine that cannot count, and whose pages of five jobs are filtered after they were read, as hosted engines do.

const pageSize = 5
const failedJobs = 12
const pagesOfOthers = 6
const jobs: JobSummary[] = []
const retried: string[] = []
/** Ends a page of the list. Tests let pages pass one by one. */
let mayList: () => Promise<void> = async () => undefined

const remind = defineWorkflow({ id: 'remind', event: 'order.created', steps: async () => undefined })
const fake = createFakeInspection(jobs, pageSize)
const pages = openPages({
  name: 'an engine that cannot count',
  async open() {
    const provider = createFakeProvider({
      without: ['inspect.countJobs: exact', 'inspect.listJobs, oldest first'],
      inspection: {
        ...fake,
        async list(query) {
          await mayList()
          const { jobs: found, cursor } = await fake.list(query)
          return {
            jobs: found,
            ...(cursor !== undefined && { cursor, searchedTo: new Date(Number(cursor.split(' ')[0])) }),
          }
        },
      },
      status: fake.job,
      async retry(id) {
        retried.push(id)
        const index = jobs.findIndex((job) => job.id === id)
        jobs[index] = jobSummary(id, jobs[index]!.createdAt.getTime(), { state: 'queued' })
      },
    })
    const client = createClient({ load: () => provider }, { jobs: [remind], logger: quietLogger })
    return { client, close: () => client.close({ timeout: 0 }) }
  },
})

beforeEach(() => {
  const now = Date.now()
  const others = pagesOfOthers * pageSize
  jobs.length = retried.length = 0
  mayList = async () => undefined
  for (let at = 0; at < others; at++) jobs.push(jobSummary(`other${at}`, now - (at + 1) * 1000))
  for (let at = 0; at < failedJobs; at++) {
    const error = { name: 'Error', message: `broken ${at}` }
    jobs.push(jobSummary(`failed${at}`, now - 3_600_000 - at * 60_000, { state: 'failed', error }))
  }
})

const rows = (page: Page) => page.locator('[data-job]')
const dialog = (page: Page) => page.getByRole('dialog')
const button = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: typeof name === 'string' })

/** Lets only this number of pages pass; the others wait. Returns a function that lets all pass. */
function holdAfter(count: number): () => void {
  let release = (): void => undefined
  let left = count
  const released = new Promise<void>((resolve) => (release = resolve))
  mayList = async () => {
    if (--left < 0) await released
  }
  return release
}

test('“Retry all” counts page by page, says that there may be more, and retries also the oldest jobs', async () => {
  const page = await pages.open('/jobs?state=failed')
  await rows(page).first().waitFor()
  const release = holdAfter(2)
  await button(page, 'Retry all…').click()
  await dialog(page).getByText('no failed job found').waitFor()
  await dialog(page)
    .getByText(/^Counting… Searched as far as /)
    .waitFor()
  await dialog(page).getByText('There may be more.').waitFor()
  await button(page, 'Stop counting').click()
  release()
  await dialog(page).getByText('Counting was stopped.').waitFor()
  expect(retried).toEqual([])
  await button(page, 'Retry all that match').click()
  await dialog(page).getByText(`${failedJobs} retried`).waitFor()
  expect(retried.toSorted()).toEqual(
    jobs
      .slice(-failedJobs)
      .map(({ id }) => id)
      .toSorted(),
  )
  await button(page, 'Close').click()
  await page.getByText('No job matches the filter').waitFor()
})

test('a count that reaches the end is exact', async () => {
  const page = await pages.open('/jobs?state=failed')
  await button(page, 'Retry all…').click()
  await dialog(page).getByText(`${failedJobs} failed jobs match.`).waitFor()
  await button(page, `Retry ${failedJobs} jobs`).waitFor()
  expect(await dialog(page).getByText('There may be more').count()).toBe(0)
})

test('a list without a job on its first pages says how far it has searched, stops and continues', async () => {
  const release = holdAfter(3)
  const page = await pages.open('/jobs?state=failed')
  const progress = page.locator('.search-progress')
  await progress.getByText(/^Searching… back to /).waitFor()
  await progress.getByText('none found').waitFor()
  expect(await page.getByText('No job matches the filter').count()).toBe(0)
  await button(page, 'Stop').click()
  release()
  await progress.getByText(/^Searched back to .* There may be more\.$/).waitFor()
  expect(await rows(page).count()).toBe(0)
  await button(page, 'Continue searching').click()
  await expect.poll(() => rows(page).count()).toBe(failedJobs)
  await page.getByText('These are all jobs.').waitFor()
})

test('changes of the newest jobs do not remove older ones that the server has not looked at', async () => {
  const page = await pages.open('/jobs?state=failed')
  await expect.poll(() => rows(page).count()).toBe(failedJobs)
  await page.getByText('Live', { exact: true }).waitFor()
  jobs.push(jobSummary('new', Date.now(), { state: 'failed' }))
  await page.locator('[data-job="new"]').waitFor()
  expect(await rows(page).count()).toBe(failedJobs + 1)
})

test('a workflow whose jobs are behind the first pages has its jobs', async () => {
  jobs.push(jobSummary('sleeper', 5, { definitionIds: ['remind'], state: 'running' }))
  const release = holdAfter(2)
  const page = await pages.open('/workflows')
  await page.getByText('none found').waitFor()
  expect(await page.getByText('No job of this workflow yet.').count()).toBe(0)
  release()
  await page.getByRole('link', { name: 'Running acme' }).waitFor()
})

test('the overview does not take what it has not read for nothing', async () => {
  const page = await pages.open('')
  await page.getByRole('link', { name: /^Failed 0\+/ }).waitFor()
  await page.getByText('No run of the jobs that were read failed in this time.').waitFor()
  await page.getByText(/these figures count the newest ones only: those sent since /).waitFor()
})

test('a dialog says in plain words why nothing can be cancelled, without a request', async () => {
  const page = await pages.open('/jobs?state=failed')
  await rows(page).first().waitFor()
  await button(page, 'Cancel all…').click()
  await dialog(page).getByText('Failed jobs have ended and cannot be cancelled: there is nothing to do.').waitFor()
  expect(await dialog(page).getByRole('button').allTextContents()).toEqual(['Close'])
  await button(page, 'Close').click()
})

test('a dialog shows a failure inside of it, and continues', async () => {
  const page = await pages.open('/jobs?state=failed')
  await button(page, 'Retry all…').click()
  await button(page, `Retry ${failedJobs} jobs`).waitFor()
  pages.expectedMessages = /500|Failed to load/
  mayList = async () => {
    throw new TypeError('no answer')
  }
  await button(page, `Retry ${failedJobs} jobs`).click()
  await dialog(page).getByRole('alert').waitFor()
  mayList = async () => undefined
  await button(page, 'Continue').click()
  await dialog(page).getByText(`${failedJobs} retried`).waitFor()
})

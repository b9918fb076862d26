import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { commandLine } from '@cgk-platform/test-kit/run-command'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'

import { bareEnvironment } from '../../../vitest.environment.ts'
import { createSeededProject, type SeededProject } from './seeded-project.ts'

let project: SeededProject

beforeAll(async () => {
  project = await createSeededProject()
})
afterAll(() => project.remove())

interface Answer {
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly body: string
}

/** Sends a request with these headers, also a `host` that `fetch` would not send. @param posted - POST instead of GET */
async function get(url: string, headers: Record<string, string> = {}, posted?: object): Promise<Answer> {
  const method = posted ? 'POST' : 'GET'
  const sent = request(url, { method, headers, agent: false }).end(posted && JSON.stringify(posted))
  const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage]
  let body = ''
  for await (const chunk of response) body += String(chunk)
  return { status: response.statusCode!, headers: response.headers, body }
}

const start = (...flags: string[]) => startWith(process.env['PATH'], ...flags)

async function startWith(PATH: string | undefined, ...flags: string[]) {
  const args = [commandLine, 'dashboard', '--file', 'jobs.db', ...flags]
  const child = spawn('node', args, {
    cwd: project.folder,
    env: { ...bareEnvironment(), PATH },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = once(child, 'close')
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const address = new URL(line)
  const login = await get(address.href)
  const cookie = String(login.headers['set-cookie']).split(';')[0]!
  const page = address.origin + String(login.headers['location'])
  return { address, login, cookie, page, child, ended }
}

test('the token in the address becomes a cookie, and Ctrl-C ends the server', async () => {
  const { address, login, cookie, page: url, child, ended } = await start()
  expect(address.hostname).toBe('127.0.0.1')
  expect(address.searchParams.get('token')).toMatch(/^[\w-]{43}$/)
  expect(login).toMatchObject({ status: 303, headers: { 'cache-control': 'no-store' } })
  expect(String(login.headers['set-cookie'])).toMatch(
    /^cgk_jobs_\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/[\w-]{22}$/,
  )
  expect(cookie).not.toContain(address.searchParams.get('token'))
  const page = await get(url, { cookie })
  expect(page).toMatchObject({ status: 200 })
  expect(page.body).toMatch(/^<!doctype html>/i)

  child.kill('SIGINT')
  expect(await ended).toEqual([0, null])
})

test('nobody else can use it', async () => {
  const { address, cookie, page } = await start()
  const { origin, port } = address
  for (const path of ['', '/api/session', '/assets/main.js', '?token=wrong', '?token=']) {
    expect(await get(page + path)).toMatchObject({ status: 401 })
  }
  expect(await get(page, { cookie: cookie.replace(/=.*/, '=wrong') })).toMatchObject({ status: 401 })
  for (const host of [`evil.example:${port}`, '127.0.0.1', `127.0.0.1.evil.example:${port}`, 'localhost']) {
    expect(await get(page, { cookie, host })).toMatchObject({ status: 421 })
    expect(await get(address.href, { host })).toMatchObject({ status: 421 })
  }
  expect(await get(page, { cookie, host: `localhost:${port}` })).toMatchObject({ status: 200 })
  const elsewhere = await get(`${origin}//evil.example/${address.search}`)
  expect(elsewhere.headers['location']).toBe(new URL(page).pathname) // never another site
})

test("a server on another port of this machine does not get the user's cookie", async () => {
  const [{ login, page, cookie, address }, other] = [await start(), await start()]
  const [, path] = /Path=(.*)$/.exec(String(login.headers['set-cookie']))!
  expect(new URL(page).pathname).toBe(path) // browsers send it below this path only, which no other server knows
  expect(new URL(other.page).pathname).not.toBe(path)
  for (const guessed of ['/', '/api/session', '/jobs']) {
    expect(await get(address.origin + guessed, { cookie })).toMatchObject({ status: 404 })
  }
})

test('the token that `--open` passes to the browser, which other users of the machine see, holds once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cgk-open-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const opened = join(folder, 'opened')
  for (const name of ['xdg-open', 'open']) {
    writeFileSync(join(folder, name), `#!/bin/sh\necho "$1" > '${opened}.part' && mv '${opened}.part' '${opened}'\n`, {
      mode: 0o755,
    })
  }
  const { address } = await startWith(`${folder}:${process.env['PATH']}`, '--open')
  const url = await vi.waitFor(() => readFileSync(opened, 'utf8').trim(), 5000)
  expect(new URL(url).searchParams.get('token')).not.toBe(address.searchParams.get('token'))
  expect(await get(url)).toMatchObject({ status: 303 })
  expect(await get(url)).toMatchObject({ status: 401 })
  expect(await get(address.href)).toMatchObject({ status: 303 })
})

/** Sends an action as the page does. */
function act(page: string, cookie: string, action: string, body: object): Promise<Answer> {
  const headers = {
    cookie,
    origin: new URL(page).origin,
    'sec-fetch-site': 'same-origin',
    'content-type': 'application/json',
    'x-jobs-dashboard': '1',
  }
  return get(`${page}/api/${action}`, headers, body)
}

test('`--read-only` shows jobs and changes none', async () => {
  const { page, cookie } = await start('--read-only')
  const { body } = await get(`${page}/api/jobs?state=failed`, { cookie })
  const { jobs } = JSON.parse(body) as { jobs: { id: string }[] }
  expect(jobs.map(({ id }) => id)).toEqual([project.jobs.other, project.jobs.bad])
  expect(await act(page, cookie, 'retry', { ids: [project.jobs.bad] })).toMatchObject({ status: 403 })
  expect(await act(page, cookie, 'pause', { tenant: 'shop_1' })).toMatchObject({ status: 403 })
})

test('`--tenant` shows and changes only the jobs of this tenant', async () => {
  const { page, cookie } = await start('--tenant', 'shop_1')
  const { body } = await get(`${page}/api/jobs`, { cookie })
  expect(body).toContain(project.jobs.bad)
  expect(body).not.toContain('shop_2')
  const foreign = await act(page, cookie, 'retry', { ids: [project.jobs.other] })
  expect(foreign.body).not.toContain('"changed":1')
  const own = await act(page, cookie, 'retry', { ids: [project.jobs.bad] })
  expect(own).toMatchObject({ status: 200 })
  expect(own.body).toContain('"changed":1')
})

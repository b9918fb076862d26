import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'

import { expect, test } from 'vitest'

import { addressOf, hasEnded, identifyProcess } from './process-identity.ts'

const own = JSON.parse(identifyProcess()) as { scope: string; pid: number; began?: string }
const identityOf = (members: Partial<typeof own>): string => JSON.stringify({ ...own, ...members })

test('this process is alive', () => {
  expect(hasEnded(identifyProcess())).toBe(false)
})

test('does not report a process of another machine or container as ended', () => {
  expect(hasEnded(identityOf({ scope: 'elsewhere', pid: 2 ** 30 }))).toBe(false)
})

test('machines of one host name differ by an address that each has', () => {
  const local = { lo: [{ mac: '00:00:00:00:00:00' }] }
  expect(addressOf(local)).toBeUndefined()
  const [one, other] = ['0a:01', '0b:02'].map((mac) => ({ ...local, eth1: [{ mac }], eth0: [{ mac: '0c:03' }] }))
  expect([addressOf(one!), addressOf(other!)]).toEqual(['0a:01', '0b:02'])
})

test.runIf(existsSync('/proc/self/stat'))('detects that a process has ended if another one has its id', () => {
  expect(hasEnded(identityOf({ began: '1' }))).toBe(true)
})

test.runIf(existsSync('/proc/self/stat'))(
  'detects that a killed process has ended, even before its parent collects its exit status',
  async () => {
    // The parent becomes another program, which never waits for its children.
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'])
    const [pid] = (await once(parent.stdout, 'data')) as [Buffer]
    await expect.poll(() => readFileSync(`/proc/${parent.pid}/comm`, 'utf8')).toBe('sleep\n')
    const identity = JSON.stringify({ scope: own.scope, pid: Number(pid) })
    expect(hasEnded(identity)).toBe(false)
    process.kill(Number(pid), 'SIGKILL')
    await expect.poll(() => hasEnded(identity)).toBe(true)
    expect(() => process.kill(Number(pid), 0)).not.toThrow()
    parent.kill('SIGKILL')
  },
)

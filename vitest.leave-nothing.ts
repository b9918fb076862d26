import { spawn, spawnSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

/** In the temporary folder of a run: the folders elsewhere that belong to it, one a line. */
const elsewhere = 'elsewhere'

/**
 * Gives a test run a temporary folder, and a process that outlives it. Once the run has ended, in whatever way, that
 * process kills what the run left running and removes its files.
 */
export function setup(): void {
  const folder = mkdtempSync(join(tmpdir(), 'jobs-test-'))
  chmodSync(folder, 0o755) // some tests start processes of another user
  writeFileSync(join(folder, elsewhere), '')
  process.env['TMPDIR'] = folder
  // Of its own group, so that a signal for the run leaves it alone. Its input ends with the run.
  const sweeper = spawn(process.execPath, ['--no-warnings', import.meta.filename, folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
    env: {},
  })
  sweeper.unref()
  ;(sweeper.stdin as Socket).unref()
}

/** Makes the test run remove a folder outside of its temporary folder. Without a test run, it does nothing. */
export function removeAfterRun(folder: string): void {
  const list = join(tmpdir(), elsewhere)
  if (existsSync(list)) appendFileSync(list, `${folder}\n`)
}

async function sweep(folder: string): Promise<void> {
  await new Promise((resolve) => process.stdin.resume().once('close', resolve))
  for (let pids = usersOf(folder); pids.length > 0; pids = usersOf(folder)) {
    pids.forEach(kill)
    await setTimeout(20)
  }
  for (const disk of disksIn(folder)) spawnSync('umount', ['--lazy', disk])
  const others = readFileSync(join(folder, elsewhere), 'utf8').split('\n').filter(Boolean)
  for (const each of [...others, folder]) rmSync(each, { recursive: true, force: true, maxRetries: 5 })
}

/** The processes whose environment names the folder. Only Linux tells. */
function usersOf(folder: string): number[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc').flatMap((entry) => {
    try {
      const environment = /^\d+$/.test(entry) ? readFileSync(`/proc/${entry}/environ`, 'utf8') : ''
      return environment.split('\0').includes(`TMPDIR=${folder}`) ? Number(entry) : []
    } catch {
      return [] // it has ended, or is another user's
    }
  })
}

function disksIn(folder: string): string[] {
  if (process.platform !== 'linux') return []
  const points = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
  return points.filter((point) => point.startsWith(`${folder}/`))
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it has ended
  }
}

const [, script, folder] = process.argv
if (script === import.meta.filename && folder !== undefined) await sweep(folder)

import { spawn, spawnSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
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

/** A file in the temporary folder of a test run. It lists other folders to remove, one per line. */
const listName = 'remove-after-run'

/**
 * Creates a temporary folder for a test run, and starts a process that outlives it. When the run ends, even by SIGKILL,
 * that process kills remaining processes of the run and removes its files.
 */
export function setup(): void {
  const folder = mkdtempSync(join(tmpdir(), 'jobs-test-'))
  chmodSync(folder, 0o755) // some tests start processes of another user
  writeFileSync(join(folder, listName), '')
  process.env['TMPDIR'] = folder
  process.env['NODE_COMPILE_CACHE'] = compileCache()
  // In its own process group, so that it does not receive signals to the run. Its standard input closes with the run.
  const cleaner = spawn(process.execPath, ['--no-warnings', import.meta.filename, folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
    env: {},
  })
  cleaner.unref()
  ;(cleaner.stdin as Socket).unref()
}

/**
 * Returns the folder of compiled code, which all packages share: the commands that tests start run the same code many
 * times, and compiling takes most of the time of a short one. It is replaced each day, because code in temporary folders
 * would add up.
 */
function compileCache(): string {
  const folder = join(import.meta.dirname, 'node_modules/.cache/compiled')
  const today = new Date().toISOString().slice(0, 10)
  mkdirSync(folder, { recursive: true })
  const others = readdirSync(folder).filter((day) => day !== today)
  for (const day of others) rmSync(join(folder, day), { recursive: true, force: true, maxRetries: 5 })
  return join(folder, today)
}

/** Removes a folder outside of the temporary folder when the test run ends. Does nothing without a test run. */
export function removeAfterRun(folder: string): void {
  const list = join(tmpdir(), listName)
  if (existsSync(list)) appendFileSync(list, `${folder}\n`)
}

async function cleanUp(folder: string): Promise<void> {
  await new Promise((resolve) => process.stdin.resume().once('close', resolve))
  for (let pids = processesOf(folder); pids.length > 0; pids = processesOf(folder)) {
    pids.forEach(kill)
    await setTimeout(20)
  }
  for (const disk of disksIn(folder)) spawnSync('umount', ['--lazy', disk])
  const others = readFileSync(join(folder, listName), 'utf8').split('\n').filter(Boolean)
  for (const each of [...others, folder]) rmSync(each, { recursive: true, force: true, maxRetries: 5 })
}

/** Returns the processes whose `TMPDIR` is the folder. Only Linux exposes the environment of processes. */
function processesOf(folder: string): number[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc').flatMap((entry) => {
    try {
      const environment = /^\d+$/.test(entry) ? readFileSync(`/proc/${entry}/environ`, 'utf8') : ''
      return environment.split('\0').includes(`TMPDIR=${folder}`) ? Number(entry) : []
    } catch {
      return [] // it has exited, or belongs to another user
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
    // it has exited
  }
}

const [, script, folder] = process.argv
if (script === import.meta.filename && folder !== undefined) await cleanUp(folder)

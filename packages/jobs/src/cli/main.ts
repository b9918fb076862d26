#!/usr/bin/env node
import { createRequire } from 'node:module'

import { Command } from 'commander'

import { registerDoctor } from './doctor/register-doctor.ts'
import { registerInit } from './init/register-init.ts'

const { version } = createRequire(import.meta.url)('@cgk-platform/jobs/package.json') as { version: string }

const program = new Command('jobs')
  .description('Background jobs on Trigger.dev, Inngest or a local engine.')
  .version(version)
registerDoctor(program)
registerInit(program)
await program.parseAsync()

import type { MachinePreset, MachinePresetName } from '@trigger.dev/core/v3'

const sizes: Readonly<Record<MachinePresetName, readonly [cpu: number, memory: number]>> = {
  micro: [0.25, 0.25],
  'small-1x': [0.5, 0.5],
  'small-2x': [1, 1],
  'medium-1x': [1, 2],
  'medium-2x': [2, 4],
  'large-1x': [4, 8],
  'large-2x': [8, 16],
}

/** Returns the machine of a run. An unknown name means the default machine. */
export function machinePreset(name: string | undefined): MachinePreset {
  const known = (name !== undefined && name in sizes ? name : 'small-1x') as MachinePresetName
  const [cpu, memory] = sizes[known]
  return { name: known, cpu, memory, centsPerMs: 0 }
}

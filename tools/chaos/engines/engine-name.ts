/** The engines that a chaos run can test. */
export const engineNames = ['local', 'postgres'] as const

export type EngineName = (typeof engineNames)[number]

import type { ComponentType } from 'preact'

import type { JsonSchema } from './json-schema.ts'

/** The parts of a field of the form. */
export interface FieldProps {
  readonly name: string
  /** Its place in the payload, such as `payload.items[2].sku`. */
  readonly path: string
  readonly schema: JsonSchema
  readonly root: JsonSchema
  readonly isRequired: boolean
  readonly value: unknown
  readonly onChange: (value: unknown) => void
  /** The problems of the payload, by path. */
  readonly issues: ReadonlyMap<string, string>
}

/** A field that has fields of its own. */
export interface GroupProps extends FieldProps {
  /** Renders each of them. */
  readonly Field: ComponentType<FieldProps>
}

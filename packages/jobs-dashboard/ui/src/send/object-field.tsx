import type { GroupProps } from './field-props.ts'

/** The properties of an object. `hidden` ones have a field elsewhere. */
export function ObjectField({
  path,
  schema,
  root,
  value,
  onChange,
  issues,
  hidden = [],
  Field,
}: GroupProps & { hidden?: readonly string[] }) {
  const object = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>
  return (
    <div class="fields">
      {Object.entries(schema.properties ?? {})
        .filter(([name]) => !hidden.includes(name))
        .map(([name, property]) => (
          <Field
            key={name}
            name={name}
            path={`${path}.${name}`}
            schema={property}
            root={root}
            isRequired={schema.required?.includes(name) ?? false}
            value={object[name]}
            issues={issues}
            onChange={(next) => {
              const { [name]: _, ...others } = object
              onChange(next === undefined ? others : { ...object, [name]: next })
            }}
          />
        ))}
    </div>
  )
}

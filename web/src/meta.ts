// What the server says about its records: every list, form, filter and state button is made from this,
// so that a new field or record needs no change here.
import { computed, shallowRef } from 'vue'
import { get } from './api'
import { label, lang } from './i18n'

export type FieldType =
  | 'text' | 'name' | 'int' | 'money' | 'bool' | 'date' | 'month' | 'instant' | 'id' | 'choice' | 'choices'
  | 'division' | 'divisions' | 'id_no' | 'phone' | 'account' | 'credit' | 'secret' | 'json'

export interface Choice {
  code: string
  zh: string
  en: string
}
export interface Field {
  shown?: boolean
  name: string
  zh: string
  en: string
  type: FieldType
  list?: boolean
  filter?: boolean
  sort?: boolean
  import?: boolean
  export?: boolean
  key?: boolean
  fixed?: boolean
  search?: boolean
  input?: boolean
  required?: boolean
  min?: number
  max?: number
  choices?: Choice[]
  help_zh?: string
  help_en?: string
}
export interface Transition {
  event: string
  from: string[]
  to: string
  zh: string
  en: string
  needs_reason?: boolean
  op?: string
}
export type OpKind = 'list' | 'get' | 'history' | 'create' | 'change' | 'export' | 'import' | 'reveal'
export interface RecordMeta {
  name: string
  zh: string
  en: string
  path: string
  state_field?: string
  states?: Choice[]
  transitions?: Transition[]
  fields: Field[]
  ops: Partial<Record<OpKind, unknown>>
  order?: string | null
  // What can be done with one record beyond its state events, each with a form of its own fields.
  actions?: Operation[]
  createFields?: Field[]
}
export interface Operation {
  name: string
  method: string
  path: string
  zh: string
  en: string
  fields?: Field[]
  // For an operation on one record: the values of a field in which the server lets it through.
  when?: { field: string; values: string[] }
}
export interface Meta {
  records: RecordMeta[]
  operations: Operation[]
}

// Rows are what the server sends: texts, numbers, booleans; ids and divisions as texts.
export type Row = Record<string, unknown> & { id: string; version?: string | number }
export interface Page<T = Row> {
  items: T[]
  total?: number
  next?: string | null
}

export const meta = shallowRef<Meta | null>(null)
const byName = computed(() => new Map((meta.value?.records ?? []).map((r) => [r.name, r])))
const operations = computed(() => new Map((meta.value?.operations ?? []).map((o) => [`${o.method} ${o.path}`, o])))

export async function loadMeta(): Promise<void> {
  const m = await get<Meta>('/meta')
  const byRoute = new Map(m.operations.map((o) => [`${o.method} ${o.path}`, o]))
  for (const r of m.records) complete(r, byRoute, m.operations)
  meta.value = m
}

// Modules may answer "create" and "change" with handlers of their own; the routes tell.
function complete(r: RecordMeta, byRoute: Map<string, Operation>, operations: Operation[]): void {
  const one = `${r.path}/{id}`
  const create = byRoute.get(`POST ${r.path}`)
  r.ops = {
    ...r.ops,
    get: r.ops.get || byRoute.has(`GET ${one}`),
    history: r.ops.history || byRoute.has(`GET ${one}/history`),
    create: r.ops.create || !!create,
    change: r.ops.change || byRoute.has(`PATCH ${one}`),
    export: r.ops.export || byRoute.has(`GET ${r.path}/export`),
    reveal: r.ops.reveal || byRoute.has(`POST ${one}/reveal`),
  }
  if (create?.fields?.length) r.createFields = create.fields.map((f) => ({ ...f, input: true }))
  const events = new Set(r.transitions?.map((x) => x.event))
  r.actions = operations.filter((o) => {
    const verb = o.method === 'POST' && o.path.startsWith(`${one}/`) ? o.path.slice(one.length + 1) : ''
    return verb !== '' && !verb.includes('/') && verb !== 'reveal' && !events.has(verb)
  })
}
export function forgetMeta(): void {
  meta.value = null
}
export const recordOf = (name: string): RecordMeta | undefined => byName.value.get(name)
// May the reader call "POST /claims/find"? With a record of the operation's own: may she now?
export function mayCall(route: string, row?: Record<string, unknown> | null): boolean {
  const o = operations.value.get(route)
  return !!o && (row === undefined || isLetThrough(o, row))
}
export function isLetThrough(o: Pick<Operation, 'when'> | undefined, row: Record<string, unknown> | null): boolean {
  return !o?.when || (row !== null && o.when.values.includes(String(row[o.when.field])))
}
export const operationOf = (route: string): Operation | undefined => operations.value.get(route)
export const fieldOf = (record: RecordMeta | undefined, name: string): Field | undefined =>
  record?.fields.find((f) => f.name === name)

export function choiceLabel(choices: Choice[] | undefined, code: unknown): string {
  const text = code === null || code === undefined ? '' : String(code)
  return label(choices?.find((c) => c.code === text)) || text
}

// Sealed values come masked; the whole is a call of its own with a reason.
export const SEALED: ReadonlySet<FieldType> = new Set<FieldType>(['id_no', 'phone', 'account'])

// Columns that hold the id of another record: "employer_id" by its name, the others by this table.
const TARGETS: Record<string, string> = {
  post_id: 'job_post', runner_up_post_id: 'job_post', org_id: 'organisation', run_id: 'match_run', user_id: 'user',
  companion_id: 'person', previous_id: 'placement', correction_id: 'month_correction', supplement_id: 'claim',
}
export function targetOf(field: Field, owner?: string): RecordMeta | undefined {
  if (field.type !== 'id') return undefined
  if (field.name === 'batch_id') return recordOf(owner === 'passenger' ? 'transfer_batch' : 'payment_batch')
  return recordOf(TARGETS[field.name] ?? field.name.replace(/_id$/, ''))
}

// The name of a row for people: the first of the usual naming columns it has.
const NAMING = ['name', 'title', 'title_zh', 'number', 'person_name', 'payee_name', 'policy_title', 'policy_name', 'household_no', 'file_name', 'login', 'month', 'employer_name_shown']
export function titleOf(row: Row): string {
  if (lang.value === 'en' && typeof row.title_en === 'string' && row.title_en) return row.title_en
  for (const name of NAMING) {
    const value = (lang.value === 'en' && row[`${name}_en`]) || row[name]
    if (typeof value === 'string' && value) return value
    if (typeof value === 'number') return String(value)
  }
  return `#${String(row.id).slice(-6)}`
}

// Fields without those that only name what another field of the row holds (home_name of home, employer_name
// of employer_id): the value is shown by its name under the one heading.
export function withoutNames(fields: Field[]): Field[] {
  const coded = new Set(fields.filter((f) => f.type === 'id' || f.type === 'division' || f.type === 'divisions').map((f) => f.name))
  return fields.filter((f) => {
    const stem = /^(.*)_(name|title|text|label)(_en)?$/.exec(f.name)?.[1]
    return !stem || !(coded.has(stem) || coded.has(`${stem}_id`))
  })
}

// The heading of a field: a column of names is called after what it names (户籍地, not 户籍地名称).
export function headOf(record: RecordMeta, f: Field): string {
  const stem = /^(.*)_name$/.exec(f.name)?.[1]
  if (!/ name$/i.test(f.en)) return label(f)
  const named = stem ? record.fields.find((x) => (x.name === stem || x.name === `${stem}_id`) && (x.type === 'id' || x.type === 'division')) : undefined
  return label(named ?? f)
}

// The records of a kind: English has a plural, which the operation that lists them carries.
export function labelMany(record: RecordMeta): string {
  return (lang.value === 'en' && label(operationOf(`GET ${record.path}`))) || label(record)
}

// What stands beside an id or a code in the same row: employer_id → employer_name, home → home_name.
export function companion(row: Record<string, unknown>, name: string): string | undefined {
  const stem = name.endsWith('_id') ? name.slice(0, -3) : name
  for (const suffix of [...(lang.value === 'en' ? ['_name_en', '_title_en'] : []), '_name', '_title', '_text', '_label']) {
    const value = row[stem + suffix]
    if (typeof value === 'string' && value) return value
  }
  return undefined
}

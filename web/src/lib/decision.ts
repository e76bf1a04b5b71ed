// The trace of a decision as the policy engine stores it (docs/policies.md), read into what the card shows.
// Where the server sends its own sentence for a condition, that one is shown; otherwise one is made from
// the codes and figures of the trace.
import { label, t, tMaybe } from '../i18n'
import { count, money } from './format'

// `places` are codes of divisions in want and got, to be named by whoever shows them; `evidence` is the list that
// holds the facts.
export interface Condition { rule: string; name: string; result: string; resultText: string; text: string; clause: string; want: string; got: string; evidence: string }
export interface Stretch { kind: string; from: string; until: string; employer?: string }
// The day on which so many months were full.
export interface Milestone { date: string; months: number }
export interface Instalment { item: string; seq?: number; from: string; until: string; due: string; earned: number; paid: number }
export interface Trace {
  verdict: string
  verdictText: string
  title: string
  document: string
  amount: number
  overpaid: number
  asOf: string
  version: string
  full: string
  earliest: string
  nextFen: number
  conditions: Condition[]
  stretches: Stretch[]
  milestones: Milestone[]
  instalments: Instalment[]
}

type Any = Record<string, unknown>
const obj = (x: unknown): Any => (x && typeof x === 'object' && !Array.isArray(x) ? (x as Any) : {})
const list = (x: unknown): Any[] => (Array.isArray(x) ? x.map(obj) : [])
const text = (x: unknown): string => (x === null || x === undefined ? '' : String(x))
const num = (x: unknown): number => (Number.isFinite(Number(x)) ? Number(x) : 0)
// A text for both languages or for one: {zh, en}, name_zh and name_en, or plain.
function said(o: Any, name: string): string {
  const v = o[name]
  if (v && typeof v === 'object') return label(v as { zh?: string; en?: string })
  return label({ zh: text(o[`${name}_zh`]), en: text(o[`${name}_en`]) }) || (typeof v === 'string' ? v : '')
}
const parsed = (x: unknown): unknown => {
  if (typeof x !== 'string') return x
  try {
    return JSON.parse(x) as unknown
  } catch {
    return undefined
  }
}

const MONTHS = new Set(['MONTHS', 'INSURED', 'CONTRACT'])
const SUMS = new Set(['MEAN_WAGE', 'WAGE_SUM', 'TICKETS', 'CAP', 'PAID'])
function figure(rule: string, n: number): string {
  if (MONTHS.has(rule)) return t('decision.nMonths', { n })
  if (SUMS.has(rule)) return money(n)
  if (rule === 'HEADCOUNT') return t('decision.nPersons', { n: count(n) })
  if (rule === 'QUOTA') return t('decision.nPlaces', { n: count(n) })
  if (rule === 'AGE') return t('decision.nYears', { n })
  return ''
}
// Rules whose want and got are divisions.
const PLACES = new Set(['ORIGIN', 'EMPLOYMENT'])
const EVIDENCE: Record<string, string> = {
  STATUS: 'person', NOT_STATUS: 'person', ORIGIN: 'person', AGE: 'person', EMPLOYMENT: 'placement', FIRST_TIME: 'placement', TRANSFER: 'placement', CONTRACT: 'placement',
  MONTHS: 'months', MEAN_WAGE: 'months', WAGE_SUM: 'months', STILL_ACTIVE: 'months', INSURED: 'months', STILL_INSURED: 'months',
  EXCLUSIVE: 'claim', PAID: 'claim', CAP: 'claim', TRANSITION: 'claim',
}
// Where the list of that kind is, narrowed to the person; empty when the decision is on no person.
export function evidenceRoute(kind: string, person: string, asOf: string): string {
  if (!person || !kind) return ''
  return kind === 'person' ? `/list/person/${person}` : kind === 'months' ? `/months?person_id=${person}&month=${asOf.slice(0, 7)}` : `/list/${kind}?person_id=${person}`
}
// "¥3,000 + ¥9,000 − paid ¥3,000 = ¥9,000": what each instalment earned, less what was paid.
export function arithmetic(d: Trace): string {
  const earned = d.instalments.filter((x) => x.earned)
  const paid = d.instalments.reduce((n, x) => n + x.paid, 0)
  if (!earned.length || (earned.length === 1 && !paid)) return ''
  const sum = earned.reduce((n, x) => n + x.earned, 0) - paid
  return t('decision.arithmetic', { parts: earned.map((x) => money(x.earned)).join(' + ') + (paid ? t('decision.minusPaid', { sum: money(paid) }) : ''), sum: money(sum) })
}
function sentence(c: Any): string {
  const rule = text(c.rule)
  const parts: string[] = []
  const want = c.want === undefined ? '' : figure(rule, num(c.want))
  const got = c.got === undefined ? '' : figure(rule, num(c.got))
  if (want) parts.push(t('decision.want', { x: want }))
  if (got) parts.push(t('decision.got', { x: got }))
  if (c.from && c.until) parts.push(t('decision.between', { a: text(c.from), b: text(c.until) }))
  else if (c.from) parts.push(t('decision.since', { a: text(c.from) }))
  else if (c.until) parts.push(t('decision.till', { a: text(c.until) }))
  if (c.date) parts.push(t(c.result === 'NOT_YET' ? 'decision.willMeet' : c.result === 'MET' ? 'decision.metOn' : 'decision.on', { date: text(c.date) }))
  return parts.join(t('decision.stop'))
}

// Each threshold once, though several items ask for it.
function milestonesOf(outcomes: Any[]): Milestone[] {
  const met = outcomes.filter((c) => c.rule === 'MONTHS' && c.result === 'MET' && c.date && num(c.want))
  return [...new Map(met.map((c) => [`${text(c.date)} ${num(c.want)}`, { date: text(c.date), months: num(c.want) }])).values()]
}

export function readTrace(row: Any): Trace {
  const d = obj(parsed(row.trace ?? row.trace_json ?? row.decision) ?? row)
  const of = (name: string): unknown => d[name] ?? row[name]
  const items = new Map(list(d.items).map((x) => [text(x.id), said(x, 'title')]))
  const verdict = text(of('verdict'))
  const full = said(row, 'text') || said(d, 'text')
  return {
    verdict,
    verdictText: tMaybe(`verdict.${verdict}`) ?? verdict,
    title: said(d, 'title') || said(row, 'policy_title'),
    document: [text(d.doc_name), text(d.doc_no)].filter(Boolean).join(' '),
    amount: num(of('amount_fen')),
    overpaid: num(d.overpaid_fen),
    asOf: text(of('as_of')),
    version: text(d.version ?? row.policy_revision),
    full,
    earliest: text(d.earliest),
    nextFen: num(d.next_fen),
    conditions: list(d.outcomes).map((c) => ({
      rule: text(c.rule),
      name: (tMaybe(`rule.${text(c.rule)}`) ?? text(c.rule)) + (items.get(text(c.item)) ? t('decision.ofItem', { item: items.get(text(c.item))! }) : ''),
      result: text(c.result),
      resultText: tMaybe(`result.${text(c.result)}`) ?? text(c.result),
      text: said(c, 'text') || sentence(c),
      // The names of items and groups that the policy's file gives are no clause to quote.
      clause: /^[\w-]+$/.test(text(c.clause)) ? '' : text(c.clause),
      want: PLACES.has(text(c.rule)) && num(c.want) ? text(c.want) : '',
      got: PLACES.has(text(c.rule)) && num(c.got) ? text(c.got) : '',
      evidence: EVIDENCE[text(c.rule)] ?? '',
    })),
    stretches: list(d.time_line).filter((s) => s.from && s.until).map((s) => ({
      kind: text(s.kind), from: text(s.from), until: text(s.until), employer: text(s.employer_name) || undefined,
    })),
    milestones: milestonesOf(list(d.outcomes)),
    instalments: list(d.instalments).map((x) => ({
      item: items.get(text(x.item)) || text(x.item), seq: num(x.seq) || undefined, from: text(x.from), until: text(x.until), due: text(x.due),
      earned: num(x.earned_fen), paid: num(x.paid_fen),
    })),
  }
}

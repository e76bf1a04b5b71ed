// The trace of a decision as the policy engine stores it (docs/policies.md), read into what the card shows.
// Where the server sends its own sentence for a condition, that one is shown; otherwise one is made from
// the codes and figures of the trace.
import { label, t, tMaybe } from '../i18n'
import { count, money } from './format'

export interface Condition { rule: string; name: string; result: string; resultText: string; text: string; clause: string }
export interface Stretch { kind: string; from: string; until: string; employer?: string }
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
const HEADS = new Set(['HEADCOUNT', 'QUOTA'])
function figure(rule: string, n: number): string {
  if (MONTHS.has(rule)) return t('decision.nMonths', { n })
  if (SUMS.has(rule)) return money(n)
  if (HEADS.has(rule)) return t('decision.nPersons', { n: count(n) })
  if (rule === 'AGE') return t('decision.nYears', { n })
  return ''
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
  if (c.ref) parts.push(text(c.ref))
  return parts.join(t('decision.stop'))
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
      clause: text(c.clause),
    })),
    stretches: list(d.time_line).filter((s) => s.from && s.until).map((s) => ({
      kind: text(s.kind), from: text(s.from), until: text(s.until), employer: text(s.employer_name) || undefined,
    })),
    instalments: list(d.instalments).map((x) => ({
      item: items.get(text(x.item)) || text(x.item), seq: num(x.seq) || undefined, from: text(x.from), until: text(x.until), due: text(x.due),
      earned: num(x.earned_fen), paid: num(x.paid_fen),
    })),
  }
}

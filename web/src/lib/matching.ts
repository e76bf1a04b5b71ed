// Match runs as the server tells them, and what is said of them in words.
import { label, t } from '../i18n'
import { tm, tmMaybe } from '../i18n/matching'
import type { Row } from '../meta'
import { user } from '../session'
import { count, instant, percent } from './format'
import { shortPlace } from './place'

// A rule, a part of the score, or what stands in the way of somebody without a possible post.
export interface Reason { code: string; zh?: string; en?: string; points?: number; outcome?: 'PASS' | 'CHECK' | 'FAIL'; forbids?: number; alone?: number }
export interface Limit { kind: 'AT_MOST' | 'AT_LEAST' | 'NONE_OR' | 'HELD'; who: string; where: string; n: number; county?: number | string | null; zh?: string; en?: string }
export interface LimitOutcome { left_out: number; short_by: number; cost: number | null }
export interface Conditions { companions?: string | null; limits?: Limit[]; parties?: unknown[]; promises?: { person_id: string; post_id: string }[]; forbidden?: unknown[] }
export interface Run extends Row {
  home: string; work: string; home_name?: string; work_name?: string; state: string; created_at: number; user_name?: string
  people: number | null; posts: number | null; seats: number | null; placed: number | null; value: number | null; bound: number | null; milliseconds: number | null
  failure?: string | null; weights_id?: string | null; weights_number?: number | null; weights_used?: Record<string, number>
  constraints_used?: Conditions | null; constraint_outcome?: { value: number; bound: number; unknown: number; parties: number; apart: number; limits: LimitOutcome[] } | null
  previous_id?: string | null // the run that this one began from
  progress?: { stage: string; done: number; of: number | null; zh: string; en: string } | null
  is_part?: boolean // made by a wider office: only one's own part of it is seen
}
export interface Result extends Row {
  run_id?: string; person_id: string; person_name?: string | null; sex?: string; born?: string; home_name?: string; wish?: string | null
  state: 'PROPOSED' | 'OVERRIDDEN' | 'OFFERED' | 'UNPLACED'
  post_id?: string | null; post_title?: string | null; employer_name?: string | null; work_name?: string | null; score?: number | null; reasons?: Reason[] | null
  runner_up_post_id?: string | null; runner_up_title?: string | null; runner_up_employer_name?: string | null; runner_up_score?: number | null; runner_up_reasons?: Reason[] | null
  change?: { points: number; zh: string; en: string } | null; candidates?: number; left_out?: string | null; left_out_by?: number | null; override_reason?: string | null
}
export interface RunPost extends Row { post_id: string; post_title?: string; employer_id?: string; employer_name?: string; work_name?: string; pay_low_fen?: number | null; pay_high_fen?: number | null; seats: number; placed: number; queue: number; price: number }
export interface Why { outcome: string; zh: string; en: string; rules: Reason[] | null; parts: Reason[] | null; score: number; price: number | null; given_post_id: string | null; given_title: string | null; given_score: number | null; needed: number | null }

// A run beside an earlier one: who has which post in the two.
export type Turn = 'MOVED' | 'GAINED' | 'LOST' | 'LEFT' | 'STAYED' | 'UNPLACED'
export interface Side { post_id: string | null; title: string | null; employer_name: string | null; score: number | null }
export interface Turned { person_id: string; person_name: string | null; home_name: string; turn: Turn; was_in: boolean; is_in: boolean; before: Side; now: Side; why?: { outcome: string; zh: string; en: string } | null }
export interface Compared { turns: { turn: Turn; people: number; value_before: number; value: number }[]; placed_before: number; placed: number; value_before: number; value: number; joined: number; left: number; items: Turned[]; next: string | null }
export const turnOf = (r: Compared, turn: Turn): number => r.turns.find((x) => x.turn === turn)?.people ?? 0

export const place = (name?: string | null): string => shortPlace(name ?? '', user.value?.division_name)
export const pairing = (r: Pick<Run, 'home_name' | 'work_name'>): string => `${place(r.home_name)} → ${place(r.work_name)}`
export const signed = (n: number): string => `${n > 0 ? '+' : n < 0 ? '−' : ''}${count(Math.abs(n))}`
export const person = (r: { person_id: string; person_name?: string | null }): string => r.person_name || tm('someone', { id: r.person_id.slice(-5) })
export const postName = (p: { title?: string | null; employer?: string | null; work?: string | null }): string => [p.title, p.employer, place(p.work)].filter(Boolean).join(' · ')

// A result of which the reader sees the person herself, not the reduced form.
export const isSeen = (r: Pick<Result, 'person_name'>): boolean => !!r.person_name
// The side of the people sees all of its run; of a wider office's, and in the east, a part is seen.
export const isOwn = (r: Pick<Run, 'is_part'>): boolean => !r.is_part && user.value?.side !== 'WORK'
// Posts of a wider office's run are in the scope of the side where they are.
export const seesPosts = (r: Pick<Run, 'is_part'>): boolean => !r.is_part || user.value?.side === 'WORK'
export const mayOffer = (r: Pick<Result, 'state'>): boolean => r.state === 'PROPOSED' || r.state === 'OVERRIDDEN'

// Which run: two of one minute differ by what came of them.
export const named = (r: Run): string => [instant(r.created_at), pairing(r), r.placed === null || r.placed === undefined ? '' : tm('placedN', { n: count(r.placed) })].filter(Boolean).join(' · ')

// How far from the best any arrangement could be, in words; empty while it is not known. The bound of the run is over
// all arrangements; of those that keep the conditions there may be a lower one.
export function goodness(r: Pick<Run, 'value' | 'bound' | 'placed' | 'constraint_outcome'>): string {
  if (r.value === null || r.bound === null) return ''
  const value = Number(r.value), bound = Math.min(Number(r.bound), r.constraint_outcome?.bound ?? Infinity)
  if (r.constraint_outcome && Number(r.bound) > 0) {
    if (bound <= 0) return tm('said.withinNobody')
    const left = Math.max(0, bound - value)
    return tm(left ? 'said.within' : 'said.withinBest', { left: count(left), gap: percent(left / bound, 2), cost: count(Math.max(0, Number(r.bound) - value)) })
  }
  if (!(bound > 0)) return ''
  const left = Math.max(0, bound - value)
  if (left === 0) return tm('said.best')
  const each = left / Math.max(1, Number(r.placed))
  if (each < 1) return tm('said.close', { left: count(left), each: 1 })
  return tm('said.far', { left: count(left), gap: percent(left / bound, 2) })
}

// Why somebody has no post, on one line.
export const leftOutText = (code?: string | null): string => (code ? (tmMaybe(`left.${code}`) ?? code) : '')
export function whyUnplaced(r: Pick<Result, 'reasons' | 'candidates' | 'left_out'>): string {
  if (r.left_out) return tm('unplaced.CONDITION', { text: leftOutText(r.left_out) })
  if (Number(r.candidates) > 0) return tm('unplaced.FULL', { n: count(r.candidates) })
  const worst = mostInTheWay(r.reasons ?? [])
  return worst ? label(worst) : tm('unplaced.NONE', { n: count(0) })
}
// The rule that alone costs most posts stands for them all.
export function mostInTheWay(reasons: Reason[]): Reason | undefined {
  return [...reasons].sort((a, b) => (b.alone ?? 0) - (a.alone ?? 0) || (b.forbids ?? 0) - (a.forbids ?? 0))[0]
}

export function scarcity(p: Pick<RunPost, 'price' | 'seats' | 'placed'>): { text: string; tone: 'warn' | 'calm' | 'good' } {
  if (p.price > 0) return { text: tm('post.scarce', { n: count(p.price) }), tone: 'warn' }
  if (p.placed < p.seats) return { text: tm('post.free', { n: count(p.seats - p.placed) }), tone: 'calm' }
  return { text: tm('post.full'), tone: 'good' }
}
export function pay(p: Pick<RunPost, 'pay_low_fen' | 'pay_high_fen'>): string {
  const low = p.pay_low_fen, high = p.pay_high_fen
  if (!low && !high) return ''
  const yuan = (fen: number): string => count(Math.round(fen / 100))
  return low && high && low !== high ? tm('post.payRange', { a: yuan(low), b: yuan(high) }) : tm('post.payOne', { n: yuan((low || high)!) })
}

// --- conditions ---

// The conditions of the form; each is one limit of the server's.
export const KINDS = ['bus', 'group', 'most', 'least', 'village', 'held'] as const
export type Kind = (typeof KINDS)[number]
export interface Wanted { kind: Kind; n: number; county?: string }
const LIMITS: Record<Kind, Omit<Limit, 'n'>> = {
  bus: { kind: 'NONE_OR', who: 'COUNTY', where: 'CITY' },
  group: { kind: 'NONE_OR', who: 'ANYBODY', where: 'EMPLOYER' },
  most: { kind: 'AT_MOST', who: 'COUNTY', where: 'ANYWHERE' },
  least: { kind: 'AT_LEAST', who: 'COUNTY', where: 'ANYWHERE' },
  village: { kind: 'AT_MOST', who: 'VILLAGE', where: 'EMPLOYER' },
  held: { kind: 'HELD', who: 'REGISTERED', where: 'POST' },
}
// What is usual: a coach of 45, twenty who travel together (S2), a third of the seats.
export const USUAL: Record<Kind, number> = { bus: 45, group: 5, most: 100, least: 20, village: 5, held: 30 }
export const hasCounty = (kind: Kind): boolean => kind === 'most' || kind === 'least'
export const isWhole = (w: Wanted): boolean => w.n > 0 && (w.kind !== 'held' || w.n <= 100)

export function limitOf(w: Wanted): Limit {
  return { ...LIMITS[w.kind], n: w.n, ...(hasCounty(w.kind) && w.county ? { county: w.county } : {}) }
}
export function kindOf(l: Limit): Kind | undefined {
  return KINDS.find((k) => LIMITS[k].kind === l.kind && LIMITS[k].who === l.who && LIMITS[k].where === l.where)
}
// A limit as a sentence; one that the form does not know is told as the server tells it.
export function limitText(l: Limit, nameOf: (county: string) => string): string {
  const kind = kindOf(l)
  if (!kind) return label(l).split(/[。.]/)[0] || tm('cond.other', { kind: l.kind, n: l.n, who: l.who, where: l.where })
  return tm(`cond.${kind}.text`, { n: count(l.n), who: l.county ? nameOf(String(l.county)) : tm('cond.everyCounty') })
}
export function outcomeText(o: LimitOutcome | undefined): string {
  if (!o) return ''
  const parts = [tm('cond.leftOut', { n: count(o.left_out) })]
  if (o.short_by > 0) parts.push(tm('cond.short', { n: count(o.short_by) }))
  if (o.cost !== null) parts.push(o.cost > 0 ? tm('cond.cost', { n: count(o.cost) }) : tm('cond.free'))
  return parts.join(t('decision.stop'))
}

// --- weights ---

export interface Weight { name: string; zh: string; en: string; usual: number; value: number }
export const GROUPS: { key: 'pay' | 'home' | 'with' | 'work' | 'stay' | 'other'; names: string[] }[] = [
  { key: 'pay', names: ['pay_percent', 'subsidy_percent', 'board_value', 'lodging_value', 'living_percent', 'pay_limit', 'wish_default'] },
  { key: 'home', names: ['distance', 'climate', 'food', 'habit_city', 'habit_province', 'food_asked'] },
  { key: 'with', names: ['companion', 'village', 'couple_room'] },
  { key: 'work', names: ['wanted', 'trained_here', 'trained', 'taught', 'skill_short'] },
  { key: 'stay', names: ['retention', 'retention_1', 'retention_6', 'retention_model', 'arrears', 'rights', 'arrears_limit', 'retention_usual', 'retention_cases'] },
  { key: 'other', names: ['base', 'reserved'] },
]
// The group of a weight; one that is new to the console stands among the others.
export const groupOf = (name: string): string => GROUPS.find((g) => g.names.includes(name))?.key ?? 'other'
// Those that people turn first; the others stay folded until asked for.
export const FIRST = new Set(['pay_percent', 'subsidy_percent', 'board_value', 'lodging_value', 'distance', 'climate', 'food', 'companion', 'village', 'wanted', 'trained_here', 'retention', 'retention_model', 'arrears'])
export const unitOf = (name: string): string => tm(/percent$|usual$/.test(name) ? 'weights.unit.percent' : /cases$/.test(name) ? 'weights.unit.people' : 'weights.unit.yuan')
// The end of the slider: twice the usual and some room, so that the usual stands near the middle. What is off by default goes
// as far as the usual of what it is like.
const OFF_MOST = 2000
export const mostOf = (w: Weight): number => (unitOf(w.name) === tm('weights.unit.percent') && w.usual <= 50 ? 100 : Math.max(w.usual ? Math.ceil((w.usual * 2.5) / 100) * 100 : OFF_MOST, w.value))
export const titleOfWeight = (w: Pick<Weight, 'name' | 'zh' | 'en'>): string => tmMaybe(`weight.${w.name}`) ?? label(w)
export const textOfWeight = (w: Pick<Weight, 'name'>): string => tmMaybe(`weight.${w.name}.text`) ?? ''

// --- the estimate of retention ---

// Shares and scores are ten-thousandths, coefficients millionths of a logit.
export interface StayGroup { n: number; predicted: number; seen: number }
export interface Estimate {
  id: string; number: number; cases: number; stayed: number; is_better: boolean; user_name: string | null; created_at: number
  coefficients: { name: string; zh: string; en: string; value: number }[]
  test: { first: string; cut: string; last: string; fitted: number; fitted_stayed: number; tested: number; tested_stayed: number; error: number; brier: number; brier_base: number; log_loss: number; log_loss_base: number; auc: number; groups: StayGroup[] }
}
// Where half would stay: so many of a hundred more do.
export const pointsOf = (coefficient: number): number => Math.round(100 / (1 + Math.exp(-coefficient / 1e6)) - 50)

import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it, vi } from 'vitest'

let m: typeof import('../src/lib/matching')
beforeAll(async () => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {} })
  m = await import('../src/lib/matching')
})

describe('how good a run is', () => {
  const run = (value: number, bound: number, placed: number, constraint_outcome: { bound: number } | null = null) =>
    m.goodness({ value, bound, placed, constraint_outcome: constraint_outcome as never })
  it('is said to be the best only when it is proved', () => {
    expect(run(5000, 5000, 3)).toContain('已证明')
    expect(run(4999, 5000, 3)).not.toContain('已证明')
  })
  it('is measured in yuan a person when it is close', () => {
    expect(run(983842, 983847, 533)).toBe('离最优最多差 5 分，平均每人不到 1 元：怎样换也好不了多少。')
    expect(run(900, 1000, 3)).toBe('离最优最多差 100 分（10%）。')
  })
  it('with conditions is compared with what keeps them, and the conditions have their price', () => {
    expect(run(900, 1000, 3, { bound: 900 })).toBe('守住下列条件，已是最好的安排；条件一共使总分最多少 100。')
    expect(run(900, 1000, 3, { bound: 950 })).toContain('最多差 50 分')
  })
  it('with conditions that nobody can meet says so', () => {
    expect(run(0, 1000, 0, { bound: 0 })).toBe('守住下列条件，没有人能成行。')
  })
  it('is not said while it is not known', () => {
    expect(m.goodness({ value: null, bound: null, placed: null })).toBe('')
  })
})

describe('conditions by form', () => {
  const nameOf = (): string => '通渭县'
  it('become the limits of the operation and are read back as the same sentence', () => {
    for (const kind of m.KINDS) {
      const limit = m.limitOf({ kind, n: 7 })
      expect(m.kindOf(limit), kind).toBe(kind)
      expect(m.limitText(limit, nameOf), kind).toContain('7')
    }
  })
  it('name a county where one is given, and each county where not', () => {
    expect(m.limitOf({ kind: 'most', n: 40, county: '621121000000' })).toEqual({ kind: 'AT_MOST', who: 'COUNTY', where: 'ANYWHERE', n: 40, county: '621121000000' })
    expect(m.limitText(m.limitOf({ kind: 'most', n: 40, county: '621121000000' }), nameOf)).toBe('通渭县最多推荐 40 人')
    expect(m.limitText(m.limitOf({ kind: 'most', n: 40 }), nameOf)).toBe('每个县最多推荐 40 人')
    expect(m.limitOf({ kind: 'bus', n: 45, county: '621121000000' })).not.toHaveProperty('county')
  })
  it('leave out what makes no sense', () => {
    expect(m.isWhole({ kind: 'held', n: 101 })).toBe(false)
    expect(m.isWhole({ kind: 'bus', n: 101 })).toBe(true)
  })
})

describe('weights', () => {
  const header = readFileSync(new URL('../../src/matching/score.h', import.meta.url), 'utf8')
  const names = [...header.slice(header.indexOf('#define MATCH_WEIGHTS')).split('struct match_weights')[0]!.matchAll(/X\((\w+), \d/g)].map((x) => x[1]!)
  it('are all in a group, with a name and a sentence of their own', () => {
    expect(names.length).toBeGreaterThan(20)
    for (const name of names) {
      expect(m.GROUPS.filter((g) => g.names.includes(name)).length, name).toBe(1)
      expect(m.titleOfWeight({ name, zh: '', en: '' }), name).not.toBe('')
      expect(m.textOfWeight({ name }), name).not.toBe('')
    }
  })
  it('that the console does not know stand among the others', () => {
    expect(m.groupOf('moonlight')).toBe('other')
  })
})

describe('somebody without a post', () => {
  const pay = { code: 'pay.below_wish', zh: '工资低于期望', forbids: 20, alone: 9 }
  const trade = { code: 'occupation.not_wanted', zh: '工种不合意愿', forbids: 27, alone: 3 }
  it('is told the rule that alone costs most posts', () => {
    expect(m.whyUnplaced({ reasons: [trade, pay], candidates: 0, left_out: null })).toBe('工资低于期望')
  })
  it('is told of a condition before anything else, and of the others’ claim to the seats', () => {
    expect(m.whyUnplaced({ reasons: null, candidates: 2, left_out: 'NONE_OR' })).toBe('因条件：同行人数不够，不成行')
    expect(m.whyUnplaced({ reasons: null, candidates: 2, left_out: null })).toContain('2 个岗位')
  })
})

describe('a post', () => {
  it('is scarce, free or just filled', () => {
    expect(m.scarcity({ price: 300, seats: 2, placed: 2 }).tone).toBe('warn')
    expect(m.scarcity({ price: 0, seats: 5, placed: 2 }).text).toBe('还空 3 个名额')
    expect(m.scarcity({ price: 0, seats: 2, placed: 2 }).tone).toBe('good')
  })
  it('tells its pay in yuan', () => {
    expect(m.pay({ pay_low_fen: 350000, pay_high_fen: 450000 })).toBe('3,500–4,500 元')
    expect(m.pay({ pay_low_fen: 350000, pay_high_fen: null })).toBe('3,500 元')
    expect(m.pay({ pay_low_fen: null, pay_high_fen: null })).toBe('')
  })
})

describe('an estimate of retention', () => {
  it('tells a coefficient as points of a hundred where half would stay', () => {
    expect(m.pointsOf(0)).toBe(0)
    expect(m.pointsOf(1_000_000)).toBe(23)
    expect(m.pointsOf(-1_000_000)).toBe(-23)
  })
  it('is off by default and can be turned up all the same', () => {
    expect(m.mostOf({ name: 'retention_model', zh: '', en: '', usual: 0, value: 0 })).toBeGreaterThan(0)
    expect(m.groupOf('retention_model')).toBe('stay')
  })
})

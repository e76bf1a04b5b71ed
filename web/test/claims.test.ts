import { describe, expect, test } from 'vitest'
import { readSteps } from '../src/lib/steps'
import { calendar, sinceBreak } from '../src/lib/timeline'

describe('a time line as a calendar', () => {
  const stretches = [
    { kind: 'COUNTED', from: '2019-02-11', until: '2019-03-20' },
    { kind: 'GAP_ALLOWED', from: '2019-03-21', until: '2019-04-07' },
    { kind: 'UNVERIFIED', from: '2019-04-01', until: '2019-04-07' },
    { kind: 'COUNTED', from: '2019-04-08', until: '2019-05-28' },
  ]
  test('every day stands in its month once, an unverified one in place of the gap it explains', () => {
    const [year] = calendar(stretches, [])
    expect(year!.year).toBe(2019)
    expect(year!.months[0]).toBeNull()
    expect(year!.months[1]!.days).toEqual({ COUNTED: 18 })
    expect(year!.months[2]!.days).toEqual({ COUNTED: 20, GAP_ALLOWED: 11 })
    expect(year!.months[3]!.days).toEqual({ UNVERIFIED: 7, COUNTED: 23 })
    expect(year!.months[5]).toBeNull()
  })
  test('parts of a month fill it from left to right, and a threshold stands on its day', () => {
    const [year] = calendar(stretches, [{ date: '2019-05-29', months: 3 }])
    const march = year!.months[2]!
    expect(march.parts.map((p) => p.kind)).toEqual(['COUNTED', 'GAP_ALLOWED'])
    expect(march.parts[1]!.left).toBeCloseTo((20 / 31) * 100)
    expect(year!.months[4]!.milestones[0]!.left).toBeCloseTo((28 / 31) * 100)
  })
  test('days before the last break are told apart from those since', () => {
    const broken = [
      { kind: 'COUNTED', from: '2019-01-05', until: '2019-01-20' },
      { kind: 'RESTART', from: '2019-01-21', until: '2019-03-31' },
      { kind: 'COUNTED', from: '2019-04-01', until: '2019-05-31' },
    ]
    expect(sinceBreak(broken).map((x) => x.kind)).toEqual(['BEFORE', 'RESTART', 'COUNTED'])
    expect(sinceBreak(stretches)).toEqual(stretches)
  })
  test('years follow each other, a row each', () => {
    expect(calendar([{ kind: 'COUNTED', from: '2018-11-05', until: '2019-01-31' }], []).map((y) => y.months.filter(Boolean).length)).toEqual([2, 1])
  })
})

describe('the steps of a claim', () => {
  const way = [
    { step: 'TOWNSHIP', step_name: '乡镇审核', event: 'check', office: '乡镇', is_next: false },
    { step: 'COUNTY_HRSS', step_name: '县人社审核', event: 'review', office: '县', is_next: true },
    { step: 'APPROVAL', step_name: '终审', event: 'approve', office: null, is_next: false },
  ]
  const items = [
    { number: 1, step: 'SUBMIT', event: 'submit', user_name: '甲', at: 1_558_339_200 },
    { number: 2, step: 'TOWNSHIP', event: 'check', user_name: '乙', at: 1_558_339_200, due_on: '2019-05-17' },
    { number: 3, step: 'COUNTY_HRSS', event: 'return', user_name: '丙', reason: '缺材料' },
    { number: 4, step: 'SUBMIT', event: 'submit', user_name: '甲', delegate: { name: '丁', relation_name: '亲属', reason: '外出', evidence: '委托书' } },
    { number: 5, step: 'TOWNSHIP', event: 'check', user_name: '戊', for_user_name: '乙' },
  ]
  test('each step shows the hand of this round, and the next one is marked', () => {
    const s = readSteps({ items, way, entry_name: '申报', due_on: '2019-05-31' }, 'CHECKED')
    expect(s.way.map((x) => x.state)).toEqual(['done', 'done', 'next', 'future'])
    expect(s.way[0]!.done!.delegate!.relation).toBe('亲属')
    expect(s.way[1]!.done!.hand).toBe('戊')
    expect(s.way[1]!.done!.stead).toBe('乙')
    expect(s.dueOn).toBe('2019-05-31')
  })
  test('what happened in earlier rounds stands aside, newest first, with what was late', () => {
    const s = readSteps({ items, way, entry_name: '申报' }, 'CHECKED')
    expect(s.aside.map((x) => x.number)).toEqual([3, 2, 1])
    expect(s.aside[1]!.late).toBe(true)
  })
  test('a claim that went back has nothing done', () => {
    const s = readSteps({ items: items.slice(0, 3), way: way.map((x) => ({ ...x, is_next: false })), entry_name: '申报' }, 'RETURNED')
    expect(s.way.map((x) => x.state)).toEqual(['next', 'future', 'future', 'future'])
    expect(s.aside).toHaveLength(3)
  })
})

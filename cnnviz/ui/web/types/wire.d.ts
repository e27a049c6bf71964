// Written by `python -m cnnviz.ui.wire`: change that file, not this one.

/** One symbol; `state` says where versions part: "first" here, "inherits" from there, or "" nowhere. */
export interface BoardColumn {
  symbol: string
  label: string
  note: string
  state: "" | "first" | "inherits"
}

/** All that a board shows besides its arrays. */
export interface BoardData {
  title: string
  verdict: Verdict
  sentences: string[]
  rows: BoardRow[]
  columns: BoardColumn[]
  maps: Record<string, BoardMap>
  subject: Subject
  unit_shape: [number, number]
  switches: SwitchGroup[]
  charts: ChartData[]
}

/** That of a page with a board. */
export interface BoardHeader {
  page: string
  asked: Record<string, string>
  lesson: Record<string, string>
  words: string
  wrong: Record<string, string>
  remarks: string[]
  deviations: Record<string, string>
  adopt: [number, Record<string, string>]
  loss: number
  saturated: number
  focus: Record<Family, number[]>
  board: BoardData
}

/** The values at the ends of a map's colours, and which colours these are. */
export interface BoardMap {
  limits: [number, number]
  scale: Scale
}

/** One version of the arrays. */
export interface BoardRow {
  name: string
  label: string
}

/** What the controls offer. */
export interface Bounds {
  strides: number[]
  seeds: number
}

/** Lines over a common x; `log` and `logY` put an axis on powers of ten. */
export interface ChartData {
  name: string
  title: string
  x: number[]
  cursor: number | null
  words: string
  log: boolean
  logY: boolean
  series: Line[]
}

/** A chart under the film. */
export interface CurveData {
  name: string
  title: string
  lines: string[]
  log: string
}

export type Family = "pixel" | "weight" | "unit" | "synapse" | "output"

/** All that a film shows besides its frames and curves. */
export interface FilmData {
  n: number
  runs: FilmRun[]
  sentences: string[]
  wrong: string
  switches: SwitchGroup[]
}

/** The Train page's. */
export interface FilmHeader {
  page: string
  asked: Record<string, string>
  lesson: Record<string, string>
  words: string
  wrong: Record<string, string>
  remarks: string[]
  deviations: Record<string, string>
  adopt: [number, Record<string, string>]
  loss: number
  saturated: number
  focus: Record<Family, number[]>
  film: FilmData
}

/** One start on the film. */
export interface FilmRun {
  label: string
}

/** What links between cells depend on, beside the shapes of the arrays. */
export interface Geometry {
  stride: number
  before: number
  k: number
}

/** What every page needs: the lesson that this answers, sentences, and the status line. */
export interface Header {
  page: string
  asked: Record<string, string>
  lesson: Record<string, string>
  words: string
  wrong: Record<string, string>
  remarks: string[]
  deviations: Record<string, string>
  adopt: [number, Record<string, string>]
  loss: number
  saturated: number
  focus: Record<Family, number[]>
}

/** An image that can be chosen at a click. */
export interface ImageData {
  id: string
  words: string
}

export type Kind = "all" | "same" | "unit" | "output" | "window" | "touched" | "passing" | "covering"

/** A line of a chart; those of one hue have one colour. A value that is None is a gap. */
export interface Line {
  label: string
  values: (number | null)[]
  dashed: boolean
  hue: number
}

/** What a map shows, in words, and its colours. */
export interface MapData {
  words: string
  scale: Scale
}

/** A page, by the last part of its address. */
export interface PageData {
  path: string
  name: string
}

export type Scale = "signed" | "activation" | "pixel" | "error"

/** A stage, or what can be pointed at besides; see core/stages.py. */
export interface StageData {
  symbol: string
  label: string
  phase: "forward" | "loss" | "backward" | "update"
  title: string
  sentence: string
  formula: string
  inputs: string[]
}

/** The Step page's. */
export interface StepHeader {
  page: string
  asked: Record<string, string>
  lesson: Record<string, string>
  words: string
  wrong: Record<string, string>
  remarks: string[]
  deviations: Record<string, string>
  adopt: [number, Record<string, string>]
  loss: number
  saturated: number
  focus: Record<Family, number[]>
  geometry: Geometry
  formulas: Record<string, string>
  limits: Record<string, [number, number]>
}

/** The cell that is spoken of before anybody points. */
export interface Subject {
  symbol: string
  cell: number[]
}

/** A choice: whether it is on, and the change of the address that it makes. */
export interface SwitchData {
  key: string
  label: string
  words: string
  on: boolean
  change: Record<string, string>
  more: string
}

/** Choices under one title. */
export interface SwitchGroup {
  title: string
  options: SwitchData[]
}

/** A sentence, and whether it is good news. */
export interface Verdict {
  text: string
  good: boolean
}

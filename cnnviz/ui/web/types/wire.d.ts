// Written by `python -m cnnviz.ui.wire`: change that file, not this one.

export type Band = "values" | "gradients" | "parameters"

/** One symbol; `state` says where versions part: "first" here, "inherits" from there, or "" nowhere.

    `address` is a cell's index in an address, null where it goes by row, column and layer; empty where there is none.
     */
export interface BoardColumn {
  symbol: string
  label: string
  words: string
  family: string
  index: (number | null)[]
  rows: number
  columns: number
  layers: number
  flat: boolean
  cell: number[]
  address: (number | null)[]
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
  subject: string
  switches: SwitchGroup[]
  charts: ChartData[]
}

/** That of a page with a board. */
export interface BoardHeader {
  page: string
  code: string
  asked: Record<string, string>
  lesson: Record<string, string>
  words: string
  wrong: Record<string, string>
  remarks: string[]
  deviations: Record<string, string>
  adopt: [number, Record<string, string>]
  loss: number | null
  saturated: number | null
  filters: FiltersRecord | null
  outputs: string[]
  stages: StageRecord[]
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

/** A column of the overview: values over gradients; columns of one `block` stand together. */
export interface ColumnRecord {
  title: string
  block: string
  kind: "maps" | "filters" | "strip" | "weights" | "cells" | "classes" | "loss"
  values: string[]
  gradients: string[]
}

/** A chart under the film. */
export interface CurveData {
  name: string
  title: string
  log: string
}

/** What a file knows of its lesson: for each update, by its number, where its answer's parts lie in the bytes that
    the file holds; `server` is a page's address, with a slash at its end, or "".
     */
export interface FileContents {
  lesson: Record<string, string>
  answers: Record<string, [number, number][]>
  server: string
}

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
  code: string
  asked: Record<string, string>
  lesson: Record<string, string>
  words: string
  wrong: Record<string, string>
  remarks: string[]
  deviations: Record<string, string>
  adopt: [number, Record<string, string>]
  loss: number | null
  saturated: number | null
  filters: FiltersRecord | null
  outputs: string[]
  stages: StageRecord[]
  film: FilmData
}

/** A map of the film; a kernel has a number for every update, others have frames. */
export interface FilmMap {
  symbol: string
  label: string
  words: string
  family: string
  index: (number | null)[]
  rows: number
  columns: number
  layers: number
  flat: boolean
  scale: Scale
  kernel: boolean
}

/** One start on the film: its maps, and the lines of each curve. */
export interface FilmRun {
  label: string
  maps: FilmMap[]
  lines: Record<string, string[]>
}

/** The filters of the first convolution at the start: its parameter's name, their shape (M,C,K,K) and numbers. */
export interface FiltersRecord {
  name: string
  shape: number[]
  weights: number[]
}

/** What every page needs: the lesson that this answers, sentences, and the status line; a loss that is no number is None. */
export interface Header {
  page: string
  code: string
  asked: Record<string, string>
  lesson: Record<string, string>
  words: string
  wrong: Record<string, string>
  remarks: string[]
  deviations: Record<string, string>
  adopt: [number, Record<string, string>]
  loss: number | null
  saturated: number | null
  filters: FiltersRecord | null
  outputs: string[]
  stages: StageRecord[]
}

/** An image that can be chosen at a click. */
export interface ImageData {
  id: string
  words: string
}

export type Kind = "map" | "row" | "filters" | "weights" | "loss"

/** One layer: its word in the network's text, its kind, what it is called, its output's symbol and shape. */
export interface LayerRecord {
  text: string
  kind: string
  name: string
  symbol: string
  shape: number[]
}

/** A word that comes before all symbols, with an example. */
export interface LearnCard {
  word: string
  example: string
  picture: number[][] | null
  scale: Scale
}

/** All lessons, what is wrong with files of one's own, the cards, and the step that is shown; None is the list. */
export interface LearnData {
  lessons: LearnListed[]
  faults: string[]
  cards: LearnCard[]
  step: LearnStep | null
}

/** The Learn page's. */
export interface LearnHeader {
  page: string
  code: string
  asked: Record<string, string>
  lesson: Record<string, string>
  words: string
  wrong: Record<string, string>
  remarks: string[]
  deviations: Record<string, string>
  adopt: [number, Record<string, string>]
  loss: number | null
  saturated: number | null
  filters: FiltersRecord | null
  outputs: string[]
  stages: StageRecord[]
  network: NetworkRecord
  facts: Record<string, string>
  learn: LearnData
}

/** A lesson in the list. */
export interface LearnListed {
  id: string
  title: string
  goal: string
  steps: number
}

/** An answer, or a known wrong one: a label, a number or a small map, what is then said, and whether it is right. */
export interface LearnOption {
  label: string
  say: string
  right: boolean
  value: number | null
  picture: number[][] | null
}

/** A stage that is to be put in its place. */
export interface LearnStage {
  symbol: string
  label: string
  words: string
}

/** One step of a guided lesson: its sentences, and what its question needs; `order` has the stages in the right order.

    Where cells are clicked, the array `learn.key` says which are right, `learn.0` … which the options stand for.
     */
export interface LearnStep {
  lesson: string
  number: number
  title: string
  text: string
  ask: string
  right: string
  otherwise: string
  hint: string
  kind: "choose" | "number" | "click" | "order" | "construct"
  map: string
  change: "nothing" | "image" | "kernel"
  hide: string[]
  options: LearnOption[]
  value: number | null
  tolerance: number
  met: boolean
  order: LearnStage[]
}

/** A line of a chart; those of one hue have one colour. A value that is None is a gap. */
export interface Line {
  label: string
  values: (number | null)[]
  dashed: boolean
  hue: number
}

/** Cells of `source` that a cell is computed from: a named pattern, the window's geometry, and how often it slides. */
export interface LinkRecord {
  target: string
  source: string
  pattern: string
  geometry: Record<string, number>
  places: [number, number]
}

/** One array on the screen.

    `shape` is that of its cells as they are laid out, (C,H,W), (N,), (M,C,K,K) or (C,H,W,N); `index` the shape by
    which a cell is named; `plain` is what it is called in a word or two. Maps of one `family` share the cell that is spoken of.
     */
export interface MapRecord {
  symbol: string
  label: string
  words: string
  plain: string
  kind: Kind
  shape: number[]
  index: number[]
  layer: number | null
  family: string
  band: Band
  scale: "pixel" | "signed" | "activation"
  limits: [number, number]
}

/** All that is said of a network. */
export interface NetworkRecord {
  text: string
  layers: LayerRecord[]
  maps: Record<string, MapRecord>
  columns: ColumnRecord[]
  links: Record<string, LinkRecord[]>
  formulas: Record<string, string>
  arithmetic: Record<string, string>
  curves: Record<string, string>
  classes: string[]
  focus: Record<string, number[]>
  optimizer: string
}

/** A page, by the last part of its address. */
export interface PageData {
  path: string
  name: string
}

/** A network of a course, where it comes from, and the lesson that it stands in. */
export interface Preset {
  label: string
  source: string
  query: Record<string, string>
}

export type Scale = "signed" | "dark" | "activation" | "pixel" | "error"

/** One stage: its symbol, and what it says of itself. */
export interface StageRecord {
  symbol: string
  label: string
  phase: string
  layer: number | null
  name: string
  plain: string
  title: string
  sentence: string
  makes: string[]
  inputs: string[]
}

/** The Step page's. */
export interface StepHeader {
  page: string
  code: string
  asked: Record<string, string>
  lesson: Record<string, string>
  words: string
  wrong: Record<string, string>
  remarks: string[]
  deviations: Record<string, string>
  adopt: [number, Record<string, string>]
  loss: number | null
  saturated: number | null
  filters: FiltersRecord | null
  outputs: string[]
  stages: StageRecord[]
  network: NetworkRecord
  facts: Record<string, string>
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

/** Choices under one title; its name is the same in every language. */
export interface SwitchGroup {
  name: string
  title: string
  options: SwitchData[]
}

/** A sentence, and whether it is good news; None where nothing is known yet. */
export interface Verdict {
  text: string
  good: boolean | null
}

// Written by `python -m cnnviz.wire.declarations`: change that file, not this one.

/** A change of the setup that came of a file, and what there is to say of it. */
export interface Adopted {
  change: Record<string, string>
  note: string
}

/** The header of every answer: what was asked, the setup that this answers, and what could not be used; a loss that is no number is None. */
export interface AnswerHeader {
  page: string
  code: string
  asked: Record<string, string>
  lesson: Record<string, string>
  wrong: Record<string, string>
  loss: number | null
}

/** The parts beside the maps of the architecture. */
export interface ArchitectureData {
  here: string
  why: string
  nodes: Node[]
  strong: number
  units: number
  b: number[]
  sums: number[]
  products: number[]
  outputs: number[]
  names: string[]
  targets: number[]
  limits: Record<string, number[]>
  letters: Letter[]
  asides: string[]
  landscape: Landscape
}

export type Band = "values" | "gradients" | "parameters"

/** The place where a mistake shows best, in sentences; and the number of units that have a sum in each of as many equal parts of the slope's chart. */
export interface BestData {
  words: string[]
  units: number[]
}

/** The bounds of the controls, of files in bytes, and of what a screen of a deck takes. */
export interface Bounds {
  strides: number[]
  bytes: number
  seeds: number
  script: number
  seconds: number
}

/** Lines over a common x; `log` and `logY` put an axis on powers of ten. */
export interface ChartData {
  name: string
  title: string
  x: number[]
  xTitle: string
  yTitle: string
  cursor: number | null
  words: string
  log: boolean
  logY: boolean
  series: Line[]
}

/** Records of Check besides its chain: an entry in two ways, a mistake's code and what comes of it, what could not be told. */
export interface CheckData {
  tab: string
  entry: EntryData | null
  code: CodeData | null
  falls: string
  best: BestData | null
  foot: string[]
  third: ThirdData | null
  own: UserGradientsData | null
}

/** The Check page's. */
export interface CheckHeader extends GradientChainHeader {
  check: CheckData
}

/** A line of code as it should be, and as it is made wrong, "" where nobody knows how. */
export interface CodeData {
  wrong: string
  right: string
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

/** The number, `along`, and where it stands, `at`; its gradient there, whether that is at a kink, and how far the curve reaches, `span`.

    Nothing of it where no number is named. The arrays are `theta` and `loss`.
     */
export interface CurveHeader extends AnswerHeader {
  along: string
  at: number | null
  gradient: number | null
  kink: boolean
  span: number | null
}

/** A deck: its words, and its screens in order. */
export interface DeckData {
  id: string
  title: string
  goal: string
  languages: string[]
  screens: DeckScreen[]
}

/** The deck that is named; None where there is none of that name. Of a file that was sent along, its tables as they stand, and its faults. */
export interface DeckHeader extends AnswerHeader {
  script: DeckData | null
  tables: Record<string, unknown> | null
  faults: string[]
}

/** A screen: its page and the whole query there, what is said there, and for how many seconds it is planned; a question says its own words.

    `experiment` is what each of a class has a value of its own of, for so many `updates`; "" where it is none.
     */
export interface DeckScreen {
  page: string
  query: Record<string, string>
  title: string
  say: string
  asks: boolean
  seconds: number | null
  experiment: string
  updates: number | null
}

/** A switch of the notebook: its name, both lines of code, the stages that change if it is flipped now or alone on, and whether it matters. */
export interface DeviationRow {
  name: string
  label: string
  on: boolean
  change: Record<string, string>
  notebook: string
  exact: string
  effect: string
  flipped: string[]
  alone: string[]
  matters: string
  yes: boolean
  more: string
}

/** One entry by the backward pass and by nudging, and some nudges of it. */
export interface EntryData {
  name: string
  symbol: string
  backward: number
  central: number
  error: number | null
  rows: NudgeRow[]
}

/** The stages at which a switch may show, and the field of their sets where the notebook can run the setup. */
export interface ExperimentData {
  symbols: SymbolLabel[]
  sets: SetsData | null
}

/** A mistake that a wrong stage is compared with: the share of its wrong numbers that it gives, and that in words. */
export interface ExplanationData {
  title: string
  share: number
  count: string
}

/** Contents of a file of a setup, and how to read its bytes: the answers' names (an update's number), how long their
    headers are, in bytes, and the rest, in numbers of 64 bits, and how arrays follow from others (hosts/file/predictors.py);
    `server` is a page's address, with a slash at its end, or ""; `scorm`: whether it tells a learning management system.
    A file that holds a deck has no setup, and the answers' names are its screens' numbers.
     */
export interface FileContents {
  lesson: Record<string, string>
  names: string[]
  heads: number[]
  bodies: number[]
  estimates: Record<string, [string, string[], number[]]>
  server: string
  scorm: boolean
  script?: DeckData
}

/** Files that are for the same. */
export interface FileGroup {
  title: string
  files: OfferedFile[]
}

/** All that a film shows besides its frames and curves; `change` is the end of the scale of all changes.

    `checkpoints` are the changes of the setup that open each, and `files` what each was called; none where the film's updates are made from a start.
     */
export interface FilmData {
  n: number
  runs: FilmRun[]
  change: number
  targets: number[]
  sentences: string[]
  outcome: FilmOutcome | null
  wrong: string
  switches: SwitchGroup[]
  halves: SwitchData[]
  checkpoints: Record<string, string>[]
  files: string[]
}

/** The Train page's. */
export interface FilmHeader extends Header {
  film: FilmData
  sweep: SweepData | null
}

/** A picture of the film; `most` is its largest value of all updates.

    A kernel has a number for every update; weights and biases have their start, and frames of how far they have moved;
    what pushes has frames on powers of ten.
     */
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
  role: "kernel" | "weights" | "biases" | "push"
  most: number
}

/** An update that is marked on the film's length: its name there, and what a click on it does; `wrong` where the run goes wrong. */
export interface FilmMark {
  k: number
  name: string
  words: string
  wrong: boolean
}

/** The reason for which a run ends as it does, and the update and the stage at which that is seen. */
export interface FilmOutcome {
  words: string
  k: number
  stage: string
}

/** One start on the film: its maps, the lines of each curve, and how its loss falls; `unshared` says why nothing is promised. */
export interface FilmRun {
  label: string
  maps: FilmMap[]
  lines: Record<string, string[]>
  marks: FilmMark[]
  share: FilmShare | null
  unshared: string
}

/** Each parameter's share of the fall that the steps promise, over the whole run, and how many numbers it has. */
export interface FilmShare {
  names: string[]
  counts: number[]
  all: number[]
}

/** The filters of the first convolution at the start: its parameter's name, their shape (M,C,K,K) and numbers. */
export interface FiltersRecord {
  name: string
  shape: number[]
  weights: number[]
}

/** All of CIFAR-10: "lacking" where it cannot be had, else "absent", "loading", "failed" or "ready"; the share that has come. */
export interface FullSet {
  state: string
  words: string
  share: number | null
  page: FullSetPage | null
}

/** Some images of a set, of a class or all: `count` of them from which these are the ones from `first` on, `all` in the set.

    `strip` is their picture, side by side; `classes` are all there are, and what they are called.
     */
export interface FullSetPage {
  split: string
  count: number
  all: number
  first: number
  per_page: number
  images: number[]
  labels: string[]
  classes: [string, string][]
  strip: string
}

/** One array: the card that it is made from ("L" for the loss), the operation in words, and what is known of its numbers.

    They were found "right"; they are "equal" to the right ones; no difference was taken, they "follows"; they are "undecided"; they are
    the "first" wrong ones, "inherits" that, are "wrong" once more; they are of "another" forward pass, or "missing"; "" where nothing is known yet. `slip` names
    what was done instead of the operation. `address` is a cell's index in an address, null where it goes by row, column
    and layer; empty where there is none.
     */
export interface GradientCard {
  symbol: string
  label: string
  words: string
  family: string
  index: (number | null)[]
  rows: number
  columns: number
  layers: number
  flat: boolean
  source: string
  operation: string
  slip: string
  state: "" | "right" | "equal" | "follows" | "undecided" | "first" | "inherits" | "wrong" | "another" | "missing"
  note: string
  cell: number[]
  address: (number | null)[]
}

/** All that a chain shows besides its arrays: the cards show those of the first row; `subject` is the card that is spoken of first.

    `views` are choices of what is looked at: which image, which mode.
     */
export interface GradientChainData {
  title: string
  verdict: Verdict
  sentences: string[]
  rows: RowData[]
  cards: GradientCard[]
  maps: Record<string, MapColours>
  subject: string
  tabs: SwitchData[]
  views: SwitchGroup[]
  switches: SwitchGroup[]
  charts: ChartData[]
}

/** That of a page with a chain. */
export interface GradientChainHeader extends Header {
  road: GradientChainData
}

/** Answers of one kind, how many in each round, and the one that was given most; `right` is None in a show of hands. */
export interface GroupData {
  label: string
  say: string
  right: boolean | null
  counts: number[]
  example: number | null
  picture: number[][] | null
  patch: PatchData | null
}

/** The header of every page: sentences, and the status line. */
export interface Header extends AnswerHeader {
  words: string
  remarks: string[]
  deviations: Record<string, string>
  learned: string
  saturated: number | null
  filters: FiltersRecord | null
  outputs: string[]
  stages: StageRecord[]
}

/** An image that can be chosen at a click; `label` is its class, "" where it has none. */
export interface ImageData {
  id: string
  label: string
  words: string
}

export type Kind = "map" | "row" | "filters" | "weights" | "loss"

/** The ends of both axes, both sums and the loss after each update, and what there is to say. */
export interface Landscape {
  ends: number[]
  path: number[][]
  words: string[]
}

/** A language that the page can be read in, by what it calls itself. */
export interface LanguageData {
  id: string
  name: string
}

/** One layer: its word in the network's text, its kind, what it is called, its output's symbol and shape. */
export interface LayerRecord {
  text: string
  kind: string
  name: string
  symbol: string
  shape: number[]
}

/** A word that comes before all symbols, with an example.

    `bars` are outputs by their names with their targets; `curve` the loss along one number, which is in its middle, and its slope there.
     */
export interface LearnCard {
  word: string
  example: string
  picture: number[][] | null
  scale: Scale
  bars: [string, number, number][]
  curve: number[]
}

/** Cells that are asked of: their map, and the first and the number of them along each axis, as people name cells. */
export interface LearnCells {
  map: string
  start: number[]
  count: number[]
}

/** All lessons, the lectures and stories, what is wrong with files of one's own, the cards, and the step that is shown; None is the list. */
export interface LearnData {
  lessons: LearnListed[]
  lectures: LearnListed[]
  faults: string[]
  cards: LearnCard[]
  step: LearnStep | null
}

/** The Learn page's. */
export interface LearnHeader extends StepHeader {
  learn: LearnData
}

/** A lesson in the list, the languages that it has, and a map that it is about. */
export interface LearnListed {
  id: string
  languages: string[]
  title: string
  goal: string
  steps: number
  picture: LearnPicture | null
}

/** An answer, or a known wrong one: a label, a number or a small map, what is then said, and whether it is right. */
export interface LearnOption {
  label: string
  say: string
  right: boolean
  value: number | null
  picture: number[][] | null
}

/** A map that a lesson is about: its array's name, its scale and the ends of that. */
export interface LearnPicture {
  array: string
  scale: Scale
  limits: [number, number]
}

/** A map beside the words: the symbol of one of the network, or what an expression comes to, in an array of its own with its label.

    `like` is the map of the network in whose colours it is, if any. `hidden` is without its numbers until the answer is out.
     */
export interface LearnPlate {
  symbol: string
  array: string
  label: string
  like: string
  limits: [number, number]
  hidden: boolean
}

/** A stage that is to be put in its place. */
export interface LearnStage {
  symbol: string
  label: string
  words: string
}

/** One step of a guided lesson: its sentences, and what its question needs; `order` has the stages in the right order.

    Without a kind it asks nothing. `titles` are those of all steps of its lesson.

    Where cells are clicked, the array `learn.key` says which are right, `learn.0` … which the options stand for.
     */
export interface LearnStep {
  lesson: string
  number: number
  titles: string[]
  title: string
  text: string
  ask: string
  right: string
  otherwise: string
  hint: string
  kind: "" | "choose" | "number" | "click" | "order" | "construct"
  map: string
  plates: LearnPlate[]
  cells: LearnCells | null
  change: "nothing" | "image" | "kernel"
  options: LearnOption[]
  value: number | null
  tolerance: number
  met: boolean
  order: LearnStage[]
}

/** A guided lesson. */
export interface LessonData {
  id: string
  title: string
}

/** A letter of the notebook's legend. */
export interface Letter {
  letter: string
  words: string
  size: string
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

/** The values at the ends of a map's colours, and which colours these are. */
export interface MapColours {
  limits: [number, number]
  scale: Scale
}

/** One array on the screen.

    `shape` is that of its cells as they are laid out, (C,H,W), (N,), (M,C,K,K) or (C,H,W,N); `index` the shape by
    which a cell is named; `plain` is what it is called in a word or two. Maps of one `family` share the cell that is spoken of.
    `raised_by` is the change of an entry by which its gradient is explained; of a gradient, and of a parameter, that is 0 and
    has nothing but round-off in it, `round_off` says so.
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
  scale: Scale
  limits: [number, number]
  raised_by: number
  round_off: boolean
}

/** The mission that is under way: what is said of it now, and whether it is reached.

    Where a mistake is to be named, `case` says which one it is of many, `choices` are those that it may be, and `named` is the last guess.
     */
export interface MissionData {
  id: string
  title: string
  hint: string
  said: string[]
  met: boolean
  case: number | null
  named: string
  choices: NamedMistake[]
}

/** A mission that can be taken, and the setup that it starts from. */
export interface MissionListed {
  id: string
  title: string
  query: Record<string, string>
}

/** The missions of Step, and the one that is under way. */
export interface MissionsData {
  listed: MissionListed[]
  now: MissionData | null
}

/** Properties that Streamlit's page hands the component: the page, the code's version, and what belongs to one visit alone.

    `adopt` is how often a training changed the setup, and the last change. `wrong` says by key what of the address, as far
    as it says how one looks, cannot be, and `stage` which stage there is instead. Where it `listens`, something else on the page
    depends on the setup.
     */
export interface Mounted {
  page: string
  code: string
  adopt: [number, Record<string, string>]
  stage: string
  wrong: Record<string, string>
  listens: boolean
}

/** A mistake that may be named, and where it would be. */
export interface NamedMistake {
  address: string
  title: string
  stage: string
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
  beside: Record<string, StageRecord>
  images: string[]
}

/** A unit that is drawn as a node: its place in v, its value, its weights. */
export interface Node {
  at: number
  v: number
  w: number[]
}

/** The parts of Notebook besides its board, by the tab that is open; with another network it has no switches. */
export interface NotebookData {
  tab: string
  switches: DeviationRow[]
  story: StoryData | null
  experiment: ExperimentData | null
  architecture: ArchitectureData | null
  theory: TheoryData | null
}

/** The Notebook page's. */
export interface NotebookHeader extends GradientChainHeader {
  notebook: NotebookData
}

/** One nudge: its power of ten and its error; both losses, cut where they part, and their quotient, cut where it leaves the gradient. */
export interface NudgeRow {
  exponent: number
  error: number
  up: [string, string]
  down: [string, string]
  central: [string, string]
  words: string
}

/** A file that is made when it is fetched: what it is, in a word and in words, its name; `instead` says why there is none, else "". */
export interface OfferedFile {
  what: string
  label: string
  name: string
  instead: string
}

/** All files of a setup; `notes` say what of it they leave out, `around` is the most updates either way in a file of its own. */
export interface OfferedFiles {
  groups: FileGroup[]
  notes: string[]
  words: string
  around: number
}

/** A page, by the last part of its address, and what a deck's screen may say there beside the setup. */
export interface PageData {
  path: string
  name: string
  keys: string[]
}

/** A part of a map; `inner` is the window in it: top, left, rows, columns. */
export interface PatchData {
  rows: number
  columns: number
  plane: Plane
  inner: [number, number, number, number]
}

/** The colours of an array's cells, in its order: a byte each (in base64), from the low to the high end of a scale. */
export interface Plane {
  levels: string
  low: number
  high: number
  scale: Scale
}

/** A network of a course, its source, and the setup that it stands in. */
export interface Preset {
  label: string
  source: string
  query: Record<string, string>
}

/** The numbers that the notebook printed, and whether they come out again. */
export interface PrintedData {
  kernels: PrintedKernel[]
  agrees: boolean
  kernel: string
  sums: string
  theirs: number[]
  ours: number[]
}

/** A kernel of the notebook's run, row by row. */
export interface PrintedKernel {
  label: string
  values: number[]
}

/** The fall of the loss that a step of gradient descent promises: each parameter's share, all of it, and what comes true. */
export interface PromiseRecord {
  shares: Record<string, number>
  promised: number
  falls: number
}

/** An entry of the kernel before and after: with both of two deviations in, without the first, the second, and both. */
export interface RepairsData {
  entry: string
  before: number
  after: number[]
  names: string[]
}

/** All that a training on many images has to say, besides numbers by epoch and pictures.

    `can` names the buttons that there are now; without a `form` there is no training, and `notice` says why. `job` tells
    one training from another, and is "" before it has begun; `kind` is its state. `shown` of the `held` images are
    drawn, `of_each` class where these are not all; `images` names their pictures, `ids` are theirs. `measured` images give the
    curves of those that are learned, 0: all. No largest output is below `floor`. `verdicts` are by epoch.
     */
export interface ReportHeader {
  code: string
  form: TrainingForm | null
  can: string[]
  notice: string
  which: string
  job: string
  active: boolean
  kind: string
  share: number
  state: string
  warning: string
  names: string[]
  epochs: number
  guessing: number
  guessed_loss: number | null
  learn: number[]
  held: number
  shown: number
  of_each: number
  measured: number
  floor: number
  images: string
  ids: string[]
  verdicts: string[]
  mixed: string[]
  tiles: ReportTile[]
}

/** A picture of parameters that learn: `array` holds it at the start, now, and the difference, as bytes; 128 is zero. */
export interface ReportTile {
  label: string
  array: string
  rgb: boolean
}

/** The results of a class's experiment: each run's own value and last loss (base64 of float64), and the losses of the runs `shown`,
    row by row, at the updates `at` (base64 of float32). `key` is what the runs differ in; devices beyond the runs share them.
    `predicted` counts the predictions by option, `confirmed` is the option that these runs confirm.
     */
export interface RoomExperiment {
  number: number
  key: string
  updates: number
  devices: number
  values: string[]
  last: string
  at: number[]
  shown: number[]
  curves: string
  predicted: number[]
  confirmed: number | null
}

/** The inside of a run: its value of what all differ in, the kernel and the maps that it makes after the updates, why it wins or fails, and
    the update `k` and the address (`look`) where that is seen; both empty where nothing explains it.
     */
export interface RoomInside {
  run: number
  value: string
  plates: RoomPlate[]
  say: string
  k: number
  look: string
}

/** A map that cells are clicked on, laid out in layers of rows and columns; `plane` is None while it is hidden. */
export interface RoomMap {
  symbol: string
  label: string
  words: string
  shape: number[]
  layers: number
  rows: number
  columns: number
  cells: number
  plane: Plane | null
}

/** An answer to choose: its words, and a small map where it is one. */
export interface RoomOption {
  label: string
  picture: number[][] | null
}

/** A map beside a question: its numbers where they are few, else its cells' colours; neither while it is hidden, and then its size alone.

    `ring` is about the cells that are asked of: their first row and column, and how many.
     */
export interface RoomPlate {
  label: string
  words: string
  rows: number
  columns: number
  hidden: boolean
  picture: number[][] | null
  map: RoomMap | null
  ring: [number, number, number, number] | null
}

/** The state of a room's question, as its stream says it; `left` are the seconds to answer, None where that is open.

    Of the kind "experiment" it is none: each device has a run of its own. Before that it is of the kind "predict".
     */
export interface RoomPoll {
  number: number
  kind: string
  phase: "open" | "closed" | "shown" | "revealed"
  round: number
  left: number | null
  keyed: boolean
}

/** The part of a room's question that everybody may know. `source` is the map that is tapped in place of one that is
    hidden, `window` how a window slides over it, `kernel` its weights; `other` says whether another picture can be had, `plates` are
    the maps beside the words of a deck's question that is not clicked.
     */
export interface RoomQuestion {
  number: number
  kind: string
  title: string
  text: string
  ask: string
  keyed: boolean
  options: RoomOption[]
  map: RoomMap | null
  source: RoomMap | null
  window: Record<string, number> | null
  kernel: number[][] | null
  other: boolean
  plates: RoomPlate[]
}

/** Answers of the audience in each round. Groups, right cells, the reason and hidden maps only once revealed.

    Once revealed, an answer is right if it is within `radius` of `middle` for one (middle, radius) of `accepted`.
     */
export interface RoomResults {
  rounds: RoomRound[]
  followers: number
  revealed: boolean
  groups: GroupData[]
  key: number[]
  accepted: [number, number][]
  map: RoomMap | null
  right: string
  plates: RoomPlate[]
}

/** One round: how many answered, and how often each option, cell or range of numbers was given: (from, to, count). */
export interface RoomRound {
  votes: number
  counts: [number, number, number][]
}

/** A device's own run: its number from 0, its value of what all differ in (`key`), its address after so many updates, and its losses at the
    experiment's updates `at` (base64 of float64).
     */
export interface RoomRun {
  number: number
  place: number
  key: string
  updates: number
  run: number
  value: string
  query: string
  curve: string
}

/** The current screen of a room's deck: its number, from 1, of how many, its sentence by language, and the digest of the deck. */
export interface RoomScreen {
  number: number
  count: number
  say: Record<string, string>
  script: string
}

/** A screen of a deck, for the lecturer: its title, what it asks, whether an audience can be asked it, its address as it travels (`query`), and what to
    say; for how many `seconds` it is planned, and what everybody has a value of their own of in an `experiment`.
     */
export interface RoomStep {
  number: number
  title: string
  ask: string
  kind: string
  hall: boolean
  query: string
  text: string
  notes: string
  right: string
  answers: string[]
  seconds: number | null
  experiment: string
}

/** The lessons and lectures, the one that was asked for, or else the room's deck, and its screens; and the maps of the room's lesson.

    `screen` is the number of the room's screen, 0 where its deck is not begun, None where `steps` are another one's.
     */
export interface RoomSteps {
  lessons: LearnListed[]
  lectures: LearnListed[]
  lesson: string
  title: string
  screen: number | null
  steps: RoomStep[]
  maps: RoomMap[]
  stage: string
  stages: [string, string][]
}

/** One version of the arrays. */
export interface RowData {
  name: string
  label: string
}

export type Scale = "signed" | "dark" | "activation" | "pixel" | "answer" | "answer_dark" | "error" | "error_dark" | "undecided" | "undecided_dark"

/** All sets of switches: 1 for each that moves the kernel, which one is on, and what there is to say. */
export interface SetsData {
  moves: number[]
  now: number
  words: string[]
}

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
export interface StepHeader extends Header {
  missions?: MissionsData
  network: NetworkRecord
  facts: Record<string, string>
  promise: PromiseRecord | null
}

/** A step of the story; `place` is 0 before it begins. */
export interface StoryData {
  place: number
  steps: SwitchData[]
  title: string
  paragraphs: string[]
  about: string[]
  tags: TagData[]
  repairs: RepairsData | null
  calls: SwitchData[]
  printed: PrintedData
}

/** Many starts: the key that they differ in, each run's value and what is other in its setup, and n updates of each. */
export interface SweepData {
  key: string
  values: string[]
  n: number
  runs: Record<string, string>[]
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

/** A symbol, and how people write it. */
export interface SymbolLabel {
  symbol: string
  label: string
}

/** A deviation's name, and the array that it makes otherwise first. */
export interface TagData {
  symbol: string
  title: string
}

/** The explanations of the notebook, and its deviations. */
export interface TheoryData {
  sections: TheorySection[]
  deviations: TheoryLines[]
}

/** A deviation: the notebook's line and the exact one. */
export interface TheoryLines {
  title: string
  words: string
  notebook: string
  exact: string
}

/** A section of what the notebook explains: its formulas in MathML, and words. */
export interface TheorySection {
  title: string
  formulas: string[]
  words: string
}

/** TensorFlow's opinion: whether it was asked for, the change of the address that asks for it or no more, and what came of it. */
export interface ThirdData {
  on: boolean
  change: Record<string, string>
  words: string
  good: boolean | null
}

/** The choices of a training's settings, and those that are set: `text` as the address has it, where it `asked` for something perhaps else.

    `fits` says which channel and optimizer a network was made for, `rates` which learning rate goes with an optimizer.
     */
export interface TrainingForm {
  asked: string
  text: string
  classes: string[]
  kinds: [string, string][][]
  values: Record<string, string>
  choices: Record<string, [string, string][]>
  fits: Record<string, [string, string]>
  rates: Record<string, number>
  layers: TrainingLayer[]
  learn: string
  sentences: string[]
  wrong: string
}

/** A layer that learns and those that follow it, each by its short name and its word in the network's text; the shape that comes out. */
export interface TrainingLayer {
  kinds: [string, string][]
  shape: number[]
}

/** A model that was read: its network's text, a line a layer, and the change to it; `instead` says why there is none. */
export interface UploadedModel {
  net: string
  layers: string[]
  instead: string
  adopted: Adopted | null
}

/** Somebody's own gradients: the file's name, "" where there is none, and each wrong stage, the first one first.

    Without a file these are an example's, and `example` says of what.
     */
export interface UserGradientsData {
  file: string
  example: string
  stages: UserStage[]
}

/** The mistake that a wrong stage looks like: how near it comes, its name, others beside it, and its line of code. */
export interface UserStage {
  how: string
  title: string
  matches: ExplanationData[]
  code: CodeData
  words: string[]
}

/** A sentence, and whether it is good news; None where nothing is known yet. */
export interface Verdict {
  text: string
  good: boolean | null
}

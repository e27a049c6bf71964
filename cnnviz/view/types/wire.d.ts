// Written by `python -m cnnviz.wire.declarations`: change that file, not this one.

/** The change of the setup by an uploaded file, and a note on it. */
export interface Adopted {
  change: Record<string, string>
  note: string
}

/** Header of every response: the request, the resolved setup, and errors. `loss` is None if it is not finite. */
export interface AnswerHeader {
  page: string
  code: string
  asked: Record<string, string>
  lesson: Record<string, string>
  wrong: Record<string, string>
  loss: number | null
}

/** The architecture without its maps. */
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

/** Sentences on the setup in which a mistake has the most visible effect. `units` counts units by pre-activation, in
    equal bins of the slope's chart. */
export interface BestData {
  words: string[]
  units: number[]
}

/** Limits of controls, of file sizes in bytes, and of a deck's screens. */
export interface Bounds {
  strides: number[]
  bytes: number
  seeds: number
  script: number
  seconds: number
}

/** A deviation's number on the screen, from 1, and its title. */
export interface CauseData {
  number: number
  title: string
}

/** A chart of lines over a common x; `log` and `logY` make an axis logarithmic. */
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

/** The records of Check besides its chain. */
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

/** Header of the Check page. */
export interface CheckHeader extends GradientChainHeader {
  check: CheckData
}

/** The right line of code and the wrong one, which is "" if unknown. */
export interface CodeData {
  wrong: string
  right: string
}

/** A column of the overview: values above gradients. Columns of one `block` are adjacent. */
export interface ColumnRecord {
  title: string
  block: string
  kind: "maps" | "filters" | "strip" | "weights" | "cells" | "classes" | "loss"
  values: string[]
  gradients: string[]
}

/** A chart below the recording. */
export interface CurveData {
  name: string
  title: string
  log: string
}

/** The number, its value `at`, its gradient there, whether that is at a kink, and the curve's half-width `span`.

    If the address names no number, these are None. The arrays are `theta` and `loss`.
     */
export interface CurveHeader extends AnswerHeader {
  along: string
  at: number | null
  gradient: number | null
  kink: boolean
  span: number | null
}

/** A deck: its texts and its screens in order. */
export interface DeckData {
  id: string
  title: string
  goal: string
  languages: string[]
  screens: DeckScreen[]
}

/** The deck that the address names, or None. A deck that was sent as a file also has its tables and faults. */
export interface DeckHeader extends AnswerHeader {
  script: DeckData | null
  tables: Record<string, unknown> | null
  faults: string[]
}

/** A screen: its page and complete query, its sentence, and its planned seconds. A question has its own texts.

    `experiment` names the setting that differs between devices, or is ""; each device's run makes `updates` updates.
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

/** A deviation's switch: both lines of code, the stages that change if it is toggled or on alone, and whether it has
    an effect. */
export interface DeviationRow {
  name: string
  cause: CauseData
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

/** One entry of a gradient by the backward pass and by central differences, with some of the nudges. */
export interface EntryData {
  name: string
  symbol: string
  backward: number
  central: number
  error: number | null
  rows: NudgeRow[]
}

/** The stages at which a deviation may show, the result in one sentence, and the sets of deviations if the notebook
    can run the setup. */
export interface ExperimentData {
  symbols: SymbolLabel[]
  headline: string
  sets: SetsData | null
}

/** A mistake compared with a wrong stage: the share of the stage's wrong numbers that it reproduces, also as a
    sentence. */
export interface ExplanationData {
  title: string
  share: number
  count: string
}

/** Contents of a setup's file, and how to decode its responses.

    `names` are the responses' names (an update's number), `heads` the lengths of their headers in bytes, `bodies` the lengths
    of their arrays in 64-bit numbers, and `estimates` the predictors of arrays (hosts/file/predictors.py). `server` is a
    page's address with a trailing slash, or "". `scorm` is whether the file reports to a learning management system.
    A file with a deck (`script`) has no setup, and its responses are named by the numbers of the screens.
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

/** A group of files with the same purpose. */
export interface FileGroup {
  title: string
  files: OfferedFile[]
}

/** A recording without its frames and curves. `change` is the end of the scale of all changes.

    `checkpoints` are the changes of the setup that open each, and `files` their file names; both are empty if updates are
    shown.
     */
export interface FilmData {
  n: number
  runs: FilmRun[]
  change: number
  targets: number[]
  sentences: string[]
  outcome: FilmOutcome | null
  switches: SwitchGroup[]
  halves: SwitchData[]
  checkpoints: Record<string, string>[]
  files: string[]
}

/** Header of the Train page. */
export interface FilmHeader extends Header {
  film: FilmData
  sweep: SweepData | null
}

/** A map of the recording; `most` is its largest magnitude over all updates.

    A kernel has its values at every update. Weights and biases have their start, and frames of their changes. A "push", a
    gradient, has frames on a logarithmic scale.
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

/** A marked update on the recording's time line, with a name and a tooltip; `wrong` if the run goes wrong there. */
export interface FilmMark {
  k: number
  name: string
  words: string
  wrong: boolean
}

/** The cause of a run's outcome, and the update and stage at which it is visible. `wins` is whether the loss falls
    well. */
export interface FilmOutcome {
  wins: boolean
  words: string
  k: number
  stage: string
}

/** One run of the recording: its maps, the lines of each curve, and the decrease of the loss. `unshared` is the
    reason if no decrease is promised. */
export interface FilmRun {
  label: string
  maps: FilmMap[]
  lines: Record<string, string[]>
  marks: FilmMark[]
  share: FilmShare | null
  unshared: string
}

/** Each parameter's share of the promised decrease over the whole run, and its number of entries. */
export interface FilmShare {
  names: string[]
  counts: number[]
  all: number[]
}

/** The initial filters of the first convolution: the parameter's name, their shape (M,C,K,K) and numbers. */
export interface FiltersRecord {
  name: string
  shape: number[]
  weights: number[]
}

/** State of CIFAR-10: "lacking" if it is unavailable, else "absent", "loading", "failed" or "ready"; `share` is
    the progress. */
export interface FullSet {
  state: string
  words: string
  share: number | null
  page: FullSetPage | null
}

/** A page of a data set's images that starts at index `first`. `count` images are in the chosen class, and `all`
    in the set.

    `strip` is a picture of them side by side; `classes` are the ids and names of all classes.
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

/** One array: the card it is computed from ("L" for the loss), the operation in words, and the verdict on its
    numbers.

    States: "right" by central differences, "equal" to the right gradient, "follows" from checked arrays, "undecided", the
    "first" wrong array, "inherits" its error, "wrong" independently, from "another" forward pass, "missing", or "" if not
    known yet. `slip` names the wrong operation. `address` is `index` in the notation of addresses, empty
    if addresses use another layout.
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

/** A chain without its arrays. Cards show the first row, and `subject` is the initially selected card. `views` are
    the switches for image and mode.
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

/** Header of a page with a gradient chain. */
export interface GradientChainHeader extends Header {
  road: GradientChainData
}

/** A group of equivalent answers: their count in each round, and the most frequent answer. `right` is None in a show
    of hands. */
export interface GroupData {
  label: string
  say: string
  right: boolean | null
  counts: number[]
  example: number | null
  picture: number[][] | null
  patch: PatchData | null
}

/** Header of every page: sentences and the status line. */
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

/** An image of the gallery; `label` is its class, or "". */
export interface ImageData {
  id: string
  label: string
  words: string
}

export type Kind = "map" | "row" | "filters" | "weights" | "loss"

/** The loss landscape: the limits of both axes, both pre-activations and the loss after each update, and
    sentences. */
export interface Landscape {
  ends: number[]
  path: number[][]
  words: string[]
}

/** A language of the interface, with its name in that language. */
export interface LanguageData {
  id: string
  name: string
}

/** One layer: its text in the network's, its kind and name, and its output's symbol and shape. */
export interface LayerRecord {
  text: string
  kind: string
  name: string
  symbol: string
  shape: number[]
}

/** The cells that a question is about: their map, and the first index and the count along each axis. */
export interface LearnCells {
  map: string
  start: number[]
  count: number[]
}

/** All lessons, lectures and stories, errors in user files, and the current step. The list has no step. */
export interface LearnData {
  lessons: LearnListed[]
  lectures: LearnListed[]
  faults: string[]
  step: LearnStep | null
}

/** Header of the Learn page. */
export interface LearnHeader extends StepHeader {
  learn: LearnData
}

/** A lesson in the list: its languages, texts, number of steps, the minutes that it takes, and the ids of the lessons
    that it builds on. */
export interface LearnListed {
  id: string
  languages: string[]
  title: string
  goal: string
  steps: number
  minutes: number
  after: string[]
}

/** An answer option or a known wrong answer: a label, number or small map, the feedback, and whether it is right. */
export interface LearnOption {
  label: string
  say: string
  right: boolean
  value: number | null
  picture: number[][] | null
}

/** A map beside the text: the symbol of the network's array, or a computed array with its own label.

    `like` is the network's map whose colours it uses, or "". `hidden` is whether its numbers are hidden until the question
    is answered. `mark` is the position on a curve, from 0, at which its tangent is drawn.
     */
export interface LearnPlate {
  symbol: string
  array: string
  label: string
  like: string
  limits: [number, number]
  hidden: boolean
  mark: number | null
}

/** A stage to put in order. */
export interface LearnStage {
  symbol: string
  label: string
  words: string
}

/** One step of a guided lesson: its texts and its question. `order` has the stages in the right order.

    A step without a `kind` asks nothing. `another` is the change of the address that leads to the question's other case, if
    it has one. `titles` are the titles of all steps of the lesson, and `hints` at most two texts.

    If the answers are cells, the array `learn.key` marks the right ones, and `learn.0`, … those of each option.
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
  hints: string[]
  kind: "" | "choose" | "number" | "click" | "order" | "construct"
  map: string
  plates: LearnPlate[]
  cells: LearnCells | null
  change: "nothing" | "image" | "kernel"
  another: Record<string, string>
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

/** A line of a chart; lines of equal hue share a colour, and None is a gap. */
export interface Line {
  label: string
  values: (number | null)[]
  dashed: boolean
  hue: number
}

/** The cells of `source` that a cell depends on: a named pattern, the window's geometry, and the numbers of its
    positions. */
export interface LinkRecord {
  target: string
  source: string
  pattern: string
  geometry: Record<string, number>
  places: [number, number]
}

/** The limits of a map's colour scale, and the scale's name. */
export interface MapColours {
  limits: [number, number]
  scale: Scale
}

/** One array on the screen.

    `shape` is the layout of its cells, (C,H,W), (N,), (M,C,K,K) or (C,H,W,N), and `index` the shape of indices in addresses.
    `plain` is its name in plain words. Maps of one `family` share the selected cell. `raised_by` is the change of an
    entry in explanations of its gradient. `round_off` marks gradients and parameters that are 0 except for round-off.
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

/** A note on what the notebook explains: its formulas in MathML, and text. */
export interface MarginNote {
  title: string
  formulas: string[]
  words: string
}

/** The current mission: its latest message, and whether its goal is reached.

    If the goal is to name a mistake, `case` is the number of the case, `choices` are the mistakes to choose from, and `named`
    is the last guess.
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

/** A mission in the list, and its initial setup. */
export interface MissionListed {
  id: string
  title: string
  query: Record<string, string>
}

/** The missions of Step, and the current one. */
export interface MissionsData {
  listed: MissionListed[]
  now: MissionData | null
}

/** Properties that Streamlit passes to the view: the page, the code's version, and the state of one visit.

    `adopt` is the number of setup changes by trainings, and the last change. `wrong` has messages by key for invalid values
    that only affect the view, and `stage` is the stage shown instead. `listens` is whether another element of the page
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

/** A mistake offered as an answer, and its stage. */
export interface NamedMistake {
  address: string
  title: string
  stage: string
}

/** The complete record of a network. */
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

/** A unit as a node of the diagram: its index in v, its value and its weights. */
export interface Node {
  at: number
  v: number
  w: number[]
}

/** Data of Notebook's open tab, besides its chain. Other networks have no switches. */
export interface NotebookData {
  tab: string
  switches: DeviationRow[]
  story: StoryData | null
  experiment: ExperimentData | null
  architecture: ArchitectureData | null
}

/** Header of the Notebook page. */
export interface NotebookHeader extends GradientChainHeader {
  notebook: NotebookData
}

/** One nudge: its power of ten and error, and both losses and their quotient, each split after the leading digits
    that agree. */
export interface NudgeRow {
  exponent: number
  error: number
  up: [string, string]
  down: [string, string]
  central: [string, string]
  words: string
}

/** A downloadable file: its kind, label and name. `instead` is the reason why it is unavailable, or "". */
export interface OfferedFile {
  what: string
  label: string
  name: string
  instead: string
}

/** All files of a setup. `notes` list omissions, and `around` is the largest number of updates before and after in
    an offline file. */
export interface OfferedFiles {
  groups: FileGroup[]
  notes: string[]
  words: string
  around: number
}

/** A page: its path, its name, and the keys that a deck's screen may set besides the setup's. */
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

/** The colours of an array's cells, in order: one byte each (in base64), from the low to the high end of a scale. */
export interface Plane {
  levels: string
  low: number
  high: number
  scale: Scale
}

/** A course's network, its source, and a complete setup with it. */
export interface Preset {
  label: string
  source: string
  query: Record<string, string>
}

/** The kernels of the notebook's run, the exact gradient before each update, row by row, and whether the numbers
    that it printed are reproduced. */
export interface PrintedData {
  kernels: PrintedKernel[]
  gradients: number[][]
  rate: number
  agrees: boolean
  words: string
}

/** A kernel of the notebook's run, row by row. */
export interface PrintedKernel {
  label: string
  values: number[]
}

/** The fall of the loss in a step of gradient descent: each parameter's promised share, their sum, and the actual
    fall. */
export interface PromiseRecord {
  shares: Record<string, number>
  promised: number
  falls: number
}

/** An entry of the kernel before a step, and after it with both deviations, without the first, the second, and
    both. */
export interface RepairsData {
  entry: string
  before: number
  after: number[]
  causes: CauseData[]
}

/** A training's report, except numbers by epoch and pictures.

    `can` names the available buttons. Without a `form`, training is impossible, and `notice` says why. `job` identifies the
    training, "" before it starts, and `kind` is its state. `shown` of the `held` held-out images are drawn, `of_each` per
    class; `images` names their pictures, and `ids` are their ids. The curves of the training images use `measured` of them,
    or all if 0. `floor` is the smallest possible largest output. `verdicts` are by epoch.
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

/** A picture of trained parameters. `array` has the start, the current values and the difference, as bytes; 128 is
    zero. */
export interface ReportTile {
  label: string
  array: string
  rgb: boolean
}

/** Results of a class's experiment.

    `key` is the setting that differs between runs; devices share runs if there are more devices. `values` and `last` are each
    run's value and last loss (base64 of float64). `curves` are the losses of the runs `shown`, row by row, at the updates
    `at` (base64 of float32). `predicted` counts predictions by option, and `confirmed` is the option that the runs confirm.
    `rates` are the learning rates on the axis, empty if runs differ in something else.
     */
export interface RoomExperiment {
  number: number
  key: string
  updates: number
  devices: number
  rates: number[]
  values: string[]
  last: string
  at: number[]
  shown: number[]
  curves: string
  predicted: number[]
  confirmed: number | null
}

/** Details of a run: the kernel and its maps after the updates, and why the run wins or fails.

    `value` is its value of the setting that differs. `k` and `look` are the update and the address that show the reason; `say`
    and `look` are empty if nothing explains it.
     */
export interface RoomInside {
  run: number
  value: string
  plates: RoomPlate[]
  say: string
  k: number
  look: string
}

/** A map whose cells are the answer options, in layers of rows and columns; `plane` is None while it is hidden. */
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

/** An answer option: its text, and a small map if the option is a map. */
export interface RoomOption {
  label: string
  picture: number[][] | null
}

/** A map beside a question: its numbers if there are few, else its cells' colours. A hidden map has only its size.

    `ring` outlines the cells that the question is about: first row and column, and the numbers of rows and columns.
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

/** State of a room's question in its event stream. `left` is the number of seconds to answer, None without a
    limit.

    The kind "predict" asks for a prediction before an experiment. The kind "experiment" asks nothing: each device has its
    own run.
     */
export interface RoomPoll {
  number: number
  kind: string
  phase: "open" | "closed" | "shown" | "revealed"
  round: number
  left: number | null
  keyed: boolean
}

/** The public part of a room's question.

    `source` is the map to click instead of a hidden one, `window` the geometry of a window that slides over it, and `kernel`
    its weights. `other` is whether another picture is available. `plates` are the maps beside the text of a deck's question
    without clicks.
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

/** Answers of the audience by round. Groups, right cells, the reason and hidden maps are sent only once revealed.

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

/** One round: the number of answers, and the count of each option, cell or range of numbers as (from, to, count). */
export interface RoomRound {
  votes: number
  counts: [number, number, number][]
}

/** A device's own run in an experiment.

    `place` is the device's number and `run` that of its run, both from 0. `value` is the run's value of `key`, and `query` its
    address after `updates` updates. `curve` are its losses at the experiment's updates `at` (base64 of float64).
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

/** The current screen of a room's deck: its number from 1, the count, its sentence by language, and the deck's
    digest. */
export interface RoomScreen {
  number: number
  count: number
  say: Record<string, string>
  script: string
}

/** A screen of a deck, for the presenter.

    `hall` is whether the audience can be asked its question, `query` its address, `seconds` its planned time, and
    `experiment` the setting that differs between devices.
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

/** The lessons and lectures, the screens of the requested deck or else of the room's, and the maps of the room's
    setup.

    `screen` is the number of the room's screen, 0 before the first one, or None if `steps` belong to another deck.
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

/** A row of arrays under one label. */
export interface RowData {
  name: string
  label: string
}

export type Scale = "signed" | "dark" | "activation" | "pixel" | "answer" | "answer_dark" | "error" | "error_dark" | "undecided" | "undecided_dark"

/** All sets of deviations as a square, row by row: 1 for each that moves the kernel; the index of the current one,
    and the causes by number. */
export interface SetsData {
  moves: number[]
  now: number
  causes: CauseData[]
}

/** One stage: its symbol, and its texts. */
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

/** Header of the Step page. */
export interface StepHeader extends Header {
  missions?: MissionsData
  network: NetworkRecord
  facts: Record<string, string>
  promise: PromiseRecord | null
}

/** A step of the story; `place` is 0 before the first. `captions` holds a caption for each map, named "row.symbol".

    `is_changed` is whether the setup is not the one that the step is about.
     */
export interface StoryData {
  place: number
  is_changed: boolean
  steps: SwitchData[]
  title: string
  paragraphs: string[]
  about: string[]
  tags: TagData[]
  captions: Record<string, string>
  repairs: RepairsData | null
  calls: SwitchData[]
  note: MarginNote | null
  printed: PrintedData
}

/** A sweep: the key that varies, each run's value and its differences from the setup, and `n` updates of each. */
export interface SweepData {
  key: string
  values: string[]
  n: number
  runs: Record<string, string>[]
}

/** A switch: whether it is on, and its change of the address. */
export interface SwitchData {
  key: string
  label: string
  words: string
  on: boolean
  change: Record<string, string>
  more: string
}

/** Switches under one title; `name` is independent of the language. */
export interface SwitchGroup {
  name: string
  title: string
  options: SwitchData[]
}

/** A symbol and its display name. */
export interface SymbolLabel {
  symbol: string
  label: string
}

/** Numbers of causes at the first array that they change, and a sentence. */
export interface TagData {
  symbol: string
  causes: number[]
  words: string
}

/** TensorFlow's gradients: whether they are requested, the address change that toggles this, and the result. */
export interface ThirdData {
  on: boolean
  change: Record<string, string>
  words: string
  good: boolean | null
}

/** Options and values of a training's settings. `text` is their text in the address; `asked` is the address's own,
    if different.

    `fits` has the channel and optimizer that each network was designed for, and `rates` the default rate of each optimizer.
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

/** A layer with parameters and the following layers without, each by short name and text, and the output shape. */
export interface TrainingLayer {
  kinds: [string, string][]
  shape: number[]
}

/** An uploaded model: its network's text, a line per layer, and the change of the setup to it. `instead` is the
    reason of a failure. */
export interface UploadedModel {
  net: string
  layers: string[]
  instead: string
  adopted: Adopted | null
}

/** The user's gradients: the file's name, or "" without one, and each wrong stage in order.

    Without a file, these are of an example that `example` describes.
     */
export interface UserGradientsData {
  file: string
  example: string
  stages: UserStage[]
}

/** The best explanation of a wrong stage: the quality of its match, its title, other candidates, and its line of
    code. */
export interface UserStage {
  how: string
  title: string
  matches: ExplanationData[]
  code: CodeData
  words: string[]
}

/** A sentence, and whether it reports success; None if nothing is known yet. */
export interface Verdict {
  text: string
  good: boolean | null
}

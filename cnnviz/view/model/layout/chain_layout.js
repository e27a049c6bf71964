// Layout of a gradient chain: its cards, from the loss to the image, and the arrows between them. The path to the
// image runs along the lower line, with parameters above the points where they branch off. Before the first branch it
// runs in the middle.

/** @import { Box, GradientCard } from "../../types/view.js" */
/** @typedef {Pick<GradientCard, "symbol" | "source" | "state" | "rows" | "columns" | "layers" | "flat">} Card */
/** @typedef {{ symbol: string, box: Box, map: Box, beside: boolean }} Placed  a card, its map, and whether its words are beside the map */
/** @typedef {{ to: string, points: [number, number][], words: Box, above: boolean, state: string }} Arrow  a line to a card, with the box of its words above or below */
/** @typedef {{ cards: Placed[], arrows: Arrow[], width: number, height: number }} GradientChain */

export const HEIGHT = 220
const CARD_HEIGHT = 104 // height of a card
const MIDDLE_HEIGHT = 150 // height of a card in the middle
const LOSS = { width: 84, height: 92 }
const GAP = 12 // between cards without an arrow
const [LEAST, MOST] = [66, 110] // length of an arrow
const SCROLL_LENGTH = 96 // length of an arrow on a chain that scrolls
const FORK = 20 // distance from a card to where its arrow branches
const PAD = 8
const KERNEL = 9 // number of cells whose numbers are legible
const [WIDE, NARROW, MARKED] = [150, 100, 130] // width of a card: with words beside its map, above it, and with longer words
const HEAD = 30 // height of the line with its name
const UPPER = 0
const LOWER = CARD_HEIGHT + GAP

/** Return the cards computed from an array. @param {Card[]} cards @param {string} source */
const cardsFrom = (cards, source) => cards.filter((card) => card.source === source)

/** Return the cards on the path to the image. @param {Card[]} cards @returns {Card[]} */
export function mainPath(cards) {
  const path = []
  let nextCard = cardsFrom(cards, "L").at(-1)
  while (nextCard) {
    path.push(nextCard)
    const { symbol } = nextCard
    nextCard = cardsFrom(cards, symbol).find((card) => cardsFrom(cards, card.symbol).length > 0)
  }
  return path
}

/**
 * Return whether a card's cells fill the width for their numbers: a flat row, or a small table.
 * @param {Card} card
 */
const isStretched = ({ flat, rows, columns, layers }) => flat || (columns * layers < rows && rows <= 16)

/**
 * Return whether a card's words are beside its map: there is room, its numbers take the height, or it has the first
 * mistake.
 * @param {Card} card @param {boolean} wide
 */
const isBeside = (card, wide) =>
  !isStretched(card) && card.layers === 1 && (wide || card.state === "first" || card.rows * card.columns <= KERNEL)

/** @param {Card} card @param {boolean} wide @param {boolean} middle */
function widthOf(card, wide, middle) {
  const isWrong = card.state === "first"
  if (isStretched(card)) return isWrong ? MARKED : middle && wide ? 122 : NARROW
  return wide || isWrong || isBeside(card, wide) ? WIDE : NARROW
}

/**
 * Return the box of a card's map within the card. Cells are square unless the map is stretched.
 * @param {Card} card @param {Box} box @param {boolean} beside @returns {Box}
 */
function mapIn(card, box, beside) {
  const room = beside
    ? { width: box.width - 60 - PAD, height: box.height - 2 * PAD - 4 }
    : { width: box.width - 2 * PAD, height: box.height - HEAD - PAD }
  const [rows, columns] = [card.rows, card.columns * card.layers]
  const share = isStretched(card) ? room.width / room.height : columns / rows
  const width = Math.min(room.width, room.height * share)
  const height = isStretched(card) ? room.height : Math.min(room.height, room.width / share)
  const x = beside ? box.width - width - PAD : (box.width - width) / 2
  return { x, y: beside ? (box.height - height) / 2 : HEAD, width, height }
}

/**
 * Return the cards that branch off above a step of the path, and the cards at its end.
 * @param {Card[]} cards @param {Card} from @param {Card | undefined} next
 */
function endsOf(cards, from, next) {
  const ends = cardsFrom(cards, from.symbol).filter((card) => card !== next)
  if (next || ends.length < 2) return { above: next ? ends : [], along: next ? [] : ends }
  return { above: ends.filter(({ symbol }) => symbol === "dx"), along: ends.filter(({ symbol }) => symbol !== "dx") }
}

/**
 * Lay out a chain to fit `room`, or wider if its cards and arrows need more.
 * @param {Card[]} cards
 * @param {number} room
 * @returns {GradientChain}
 */
export function layOutChain(cards, room) {
  const layOutAt = (/** @type {boolean} */ wide) => layOutCards(cards, wide, LEAST)
  const isWide = layOutAt(true).width <= room
  const tightChain = layOutAt(isWide)
  const longer = (room - tightChain.width) / Math.max(1, tightChain.lengths)
  const chain = layOutCards(cards, isWide, longer < 0 ? SCROLL_LENGTH : Math.min(MOST, LEAST + longer))
  const sideMargin = Math.max(0, (room - chain.width) / 2)
  return sideMargin ? shift(chain, sideMargin) : chain
}

/** @param {GradientChain} chain @param {number} by @returns {GradientChain} */
const shift = (chain, by) => ({
  ...chain,
  cards: chain.cards.map((card) => ({ ...card, box: { ...card.box, x: card.box.x + by } })),
  arrows: chain.arrows.map((arrow) => ({
    ...arrow,
    points: arrow.points.map(([x, y]) => [x + by, y]),
    words: { ...arrow.words, x: arrow.words.x + by },
  })),
})

/** @param {Card[]} cards @param {boolean} wide @param {number} length of an arrow @returns {GradientChain & { lengths: number }} `lengths` is the number of arrows on the path */
function layOutCards(cards, wide, length) {
  const middle = HEIGHT / 2
  /** @type {Placed[]} */
  const placedCards = [
    { symbol: "L", box: boxAt(0, middle, LOSS), map: { x: 0, y: 0, width: 0, height: 0 }, beside: false },
  ]
  /** @type {Arrow[]} */
  const arrows = []
  const line = mainPath(cards)
  let freeX = 0 // left end of the free part of the upper line

  /** @param {Card} card @param {number} x @param {number} y of its centre @param {number} tall */
  const placeCard = (card, x, y, tall) => {
    const isBesideCard = isBeside(card, wide)
    const box = boxAt(x, y, { width: widthOf(card, wide, tall === MIDDLE_HEIGHT), height: tall })
    placedCards.push({ symbol: card.symbol, box, map: mapIn(card, box, isBesideCard), beside: isBesideCard })
    return box
  }
  /** @param {Box} from @param {Box} to @param {Card} card @param {number} fork distance of the branch, or 0 */
  const join = (from, to, card, fork) => arrows.push(arrowTo(from, to, card, fork))

  let previousBox = placedCards[0].box
  let hasBranched = false
  line.forEach((card, n) => {
    const y = hasBranched ? LOWER + CARD_HEIGHT / 2 : middle
    if (!n) {
      const box = placeCard(card, previousBox.x + previousBox.width + length, y, MIDDLE_HEIGHT)
      join(previousBox, box, card, 0)
      previousBox = box
    }
    const nextCard = line[n + 1]
    const { above, along } = endsOf(cards, card, nextCard)
    const forks = above.length > 0 && (nextCard || along.length > 0)
    hasBranched ||= Boolean(forks)
    const low = hasBranched ? LOWER + CARD_HEIGHT / 2 : middle
    const x = Math.max(previousBox.x + previousBox.width + length, above.length ? freeX + GAP : 0)
    const source = previousBox
    if (above.length) freeX = row(above, x, UPPER + CARD_HEIGHT / 2, source)
    if (along.length) row(along, x, low, source)
    if (nextCard) {
      const minX = endsOf(cards, nextCard, line[n + 2]).above.length ? freeX + GAP - widthOf(nextCard, wide, false) : 0 // nothing is above a branching point
      previousBox = placeCard(nextCard, Math.max(x, minX), low, hasBranched ? CARD_HEIGHT : MIDDLE_HEIGHT)
      join(source, previousBox, nextCard, forks ? FORK : 0)
    }

    /**
     * Lay out cards side by side, with one arrow to the first. Return the right end.
     * @param {Card[]} group @param {number} start @param {number} y @param {Box} source
     */
    function row(group, start, y, source) {
      let x = start
      const firstWrong = group.findIndex(({ state }) => state === "first")
      const order = firstWrong > 0 ? [group[firstWrong], ...group.toSpliced(firstWrong, 1)] : group // the arrow belongs to the wrong card
      order.forEach((one, m) => {
        const box = placeCard(one, x, y, hasBranched ? CARD_HEIGHT : MIDDLE_HEIGHT)
        if (!m) join(source, box, one, forks ? FORK : 0)
        x += box.width + GAP
      })
      return x - GAP
    }
  })
  const width = Math.max(...placedCards.map(({ box }) => box.x + box.width))
  const order = ["L", ...cards.map(({ symbol }) => symbol)]
  const inOrder = (/** @type {string} */ a, /** @type {string} */ b) => order.indexOf(a) - order.indexOf(b)
  placedCards.sort((a, b) => inOrder(a.symbol, b.symbol))
  arrows.sort((a, b) => inOrder(a.to, b.to))
  return { cards: placedCards, arrows, width, height: HEIGHT, lengths: line.length + 1 }
}

/** @param {number} x @param {number} y of its centre @param {{ width: number, height: number }} size @returns {Box} */
const boxAt = (x, y, { width, height }) => ({ x, y: y - height / 2, width, height })

/** @param {Box} from @param {Box} to @param {Card} card @param {number} fork @returns {Arrow} */
function arrowTo(from, to, { symbol, state }, fork) {
  const [start, end] = [from.y + from.height / 2, to.y + to.height / 2]
  const [left, right] = [from.x + from.width, to.x]
  const bend = left + fork
  /** @type {[number, number][]} */
  const points =
    start === end
      ? [
          [left, start],
          [right, end],
        ]
      : [
          [left, start],
          [bend, start],
          [bend, end],
          [right, end],
        ] // prettier-ignore
  const isAbove = !(fork && end > HEIGHT / 2)
  const side = !fork || start === end ? left : isAbove ? left - FORK : bend // nothing is in the way above a branch
  const words = { x: side, y: isAbove ? end - 54 : end + 6, width: right - side, height: 48 }
  return { to: symbol, points, words, above: isAbove, state }
}

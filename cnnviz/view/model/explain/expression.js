// Parser of arithmetic templates such as "sum(x*f1)+b1". Trees are cached.

/** @typedef {{ kind: "number", value: number } | { kind: "symbol", name: string } | { kind: "call", name: string, args: Node[] }
 *   | { kind: "binary", sign: string, left: Node, right: Node } | { kind: "minus" | "group" | "square" | "truth", of: Node }} Node */

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([\p{L}_][\p{L}\p{Nd}_.]*)|([-+*/()[\],²>]))/uy

/** @type {Map<string, Node>} */
const trees = new Map()

/** Return the syntax tree of a template. @param {string} template @returns {Node} */
export function expression(template) {
  const tree = trees.get(template) ?? parseTemplate(template)
  trees.set(template, tree)
  return tree
}

/** @param {string} template @returns {Node} */
function parseTemplate(template) {
  /** @type {{ number?: string, name?: string, sign?: string }[]} */
  const tokens = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < template.trimEnd().length) {
    const match = TOKEN.exec(template)
    if (!match) throw new Error(`expression: ${template} cannot be read`)
    tokens.push({ number: match[1], name: match[2], sign: match[3] })
  }
  let index = 0
  const peek = () => tokens[index] ?? {}
  /** @param {...string} signs */
  const accept = (...signs) => (signs.includes(peek().sign ?? "") ? tokens[index++].sign : undefined)
  /** @param {string} sign */
  const expect = (sign) => {
    if (!accept(sign)) throw new Error(`expression: ${template} lacks ${sign}`)
  }
  /** @param {string[]} signs @param {() => Node} operand @returns {Node} */
  const chain = (signs, operand) => {
    let left = operand()
    for (let sign = accept(...signs); sign; sign = accept(...signs))
      left = { kind: "binary", sign, left, right: operand() }
    return left
  }
  /** @returns {Node} */
  const comparison = () => chain([">"], sum)
  /** @returns {Node} */
  const sum = () => chain(["+", "-"], product)
  /** @returns {Node} */
  const product = () => chain(["*", "/"], power)
  /** @returns {Node} */
  const power = () => {
    const base = atom()
    return accept("²") ? { kind: "square", of: base } : base
  }
  /** @returns {Node} */
  const atom = () => {
    if (accept("-")) return { kind: "minus", of: power() }
    if (accept("(")) {
      const child = comparison()
      expect(")")
      return { kind: "group", of: child }
    }
    if (accept("[")) {
      const of = comparison()
      expect("]")
      return { kind: "truth", of }
    }
    const token = tokens[index++] ?? {}
    if (token.number) return { kind: "number", value: Number(token.number) }
    if (!token.name) throw new Error(`expression: ${template} cannot be read`)
    if (!accept("(")) return { kind: "symbol", name: token.name }
    const args = [comparison()]
    while (accept(",")) args.push(comparison())
    expect(")")
    return { kind: "call", name: token.name, args }
  }
  const tree = comparison()
  if (index < tokens.length) throw new Error(`expression: ${template} goes on after its end`)
  return tree
}

/** Return the distinct symbols in a tree. @param {Node} node @returns {string[]} */
export function symbols(node) {
  if (node.kind === "symbol") return node.name === "N" ? [] : [node.name]
  if (node.kind === "number") return []
  const parts = node.kind === "call" ? node.args : node.kind === "binary" ? [node.left, node.right] : [node.of]
  return [...new Set(parts.flatMap(symbols))]
}

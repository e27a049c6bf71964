// Parser of arithmetic templates such as "sum(x*f1)+b1". Trees are cached.

/** @typedef {{ kind: "number", value: number } | { kind: "symbol", name: string } | { kind: "call", name: string, args: Node[] }
 *   | { kind: "binary", sign: string, left: Node, right: Node } | { kind: "minus" | "group" | "square" | "truth", of: Node }} Node */

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([\p{L}_][\p{L}\p{Nd}_.]*)|([-+*/()[\],²>]))/uy

/** @type {Map<string, Node>} */
const known = new Map()

/** Return the syntax tree of a template. @param {string} template @returns {Node} */
export function expression(template) {
  const found = known.get(template) ?? read(template)
  known.set(template, found)
  return found
}

/** @param {string} template @returns {Node} */
function read(template) {
  /** @type {{ number?: string, name?: string, sign?: string }[]} */
  const tokens = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < template.trimEnd().length) {
    const found = TOKEN.exec(template)
    if (!found) throw new Error(`expression: ${template} cannot be read`)
    tokens.push({ number: found[1], name: found[2], sign: found[3] })
  }
  let at = 0
  const next = () => tokens[at] ?? {}
  /** @param {...string} signs */
  const takes = (...signs) => (signs.includes(next().sign ?? "") ? tokens[at++].sign : undefined)
  /** @param {string} sign */
  const need = (sign) => {
    if (!takes(sign)) throw new Error(`expression: ${template} lacks ${sign}`)
  }
  /** @param {string[]} signs @param {() => Node} operand @returns {Node} */
  const chain = (signs, operand) => {
    let left = operand()
    for (let sign = takes(...signs); sign; sign = takes(...signs))
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
    const of = atom()
    return takes("²") ? { kind: "square", of } : of
  }
  /** @returns {Node} */
  const atom = () => {
    if (takes("-")) return { kind: "minus", of: power() }
    if (takes("(")) {
      const of = comparison()
      need(")")
      return { kind: "group", of }
    }
    if (takes("[")) {
      const of = comparison()
      need("]")
      return { kind: "truth", of }
    }
    const token = tokens[at++] ?? {}
    if (token.number) return { kind: "number", value: Number(token.number) }
    if (!token.name) throw new Error(`expression: ${template} cannot be read`)
    if (!takes("(")) return { kind: "symbol", name: token.name }
    const args = [comparison()]
    while (takes(",")) args.push(comparison())
    need(")")
    return { kind: "call", name: token.name, args }
  }
  const tree = comparison()
  if (at < tokens.length) throw new Error(`expression: ${template} goes on after its end`)
  return tree
}

/** Return the distinct symbols in a tree. @param {Node} node @returns {string[]} */
export function symbols(node) {
  if (node.kind === "symbol") return node.name === "N" ? [] : [node.name]
  if (node.kind === "number") return []
  const parts = node.kind === "call" ? node.args : node.kind === "binary" ? [node.left, node.right] : [node.of]
  return [...new Set(parts.flatMap(symbols))]
}

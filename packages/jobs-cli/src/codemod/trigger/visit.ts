import { ts } from 'ts-morph'

/** Calls `onNode` for a node and all nodes in it. */
export function visit(node: ts.Node, onNode: (node: ts.Node) => void): void {
  onNode(node)
  ts.forEachChild(node, (child) => visit(child, onNode))
}

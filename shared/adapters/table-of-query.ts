import {
  AliasNode,
  DeleteQueryNode,
  InsertQueryNode,
  type OperationNode,
  type RootOperationNode,
  SelectQueryNode,
  TableNode,
  UpdateQueryNode,
} from 'kysely';
import type { StorageOperation } from './storage-observer.js';

/** What a query does and the table that it names first; a table of no name for one that is written by hand. */
export function tableOf(query: RootOperationNode): Pick<StorageOperation, 'operation' | 'table'> {
  if (InsertQueryNode.is(query)) return { operation: 'write', table: nameOf(query.into) };
  if (UpdateQueryNode.is(query)) return { operation: 'write', table: nameOf(query.table) };
  if (DeleteQueryNode.is(query)) return { operation: 'write', table: nameOf(query.from.froms[0]) };
  const from = SelectQueryNode.is(query) ? query.from?.froms[0] : undefined;
  return { operation: 'read', table: nameOf(from) };
}

function nameOf(node: OperationNode | undefined): string {
  if (node && AliasNode.is(node)) return nameOf(node.node);
  return node && TableNode.is(node) ? node.table.identifier.name : '';
}

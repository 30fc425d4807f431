import type { OperationNode, RootOperationNode } from 'kysely';
import { AliasNode, TableNode } from 'kysely';
import type { StorageOperation } from './storage-observer.js';

/** What a query does and the table that it names first; a table of no name for one that is written by hand. */
export function tableOf(query: RootOperationNode): Pick<StorageOperation, 'operation' | 'table'> {
  switch (query.kind) {
    case 'SelectQueryNode':
      return { operation: 'read', table: nameOf(query.from?.froms[0]) };
    case 'InsertQueryNode':
      return { operation: 'write', table: nameOf(query.into) };
    case 'UpdateQueryNode':
      return { operation: 'write', table: nameOf(query.table) };
    case 'DeleteQueryNode':
      return { operation: 'write', table: nameOf(query.from.froms[0]) };
    default:
      return { operation: 'read', table: '' };
  }
}

function nameOf(node: OperationNode | undefined): string {
  if (node && AliasNode.is(node)) return nameOf(node.node);
  return node && TableNode.is(node) ? node.table.identifier.name : '';
}

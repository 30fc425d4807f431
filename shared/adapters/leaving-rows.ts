/**
 * Deletes a journal's rows up to a sequence. Rows are numbered in log order, so it looks for the first that stays, from the
 * oldest on: that costs as much as there is to delete, with no index on the sequence.
 */
export const leavingRows = (table: string, sequence: string): string =>
  `DELETE FROM ${table} WHERE id < (SELECT id FROM ${table} WHERE sequence > ${sequence} ORDER BY id LIMIT 1)`;
